"""What files say of a picture beside its pixels, found in the file and written over in place."""
