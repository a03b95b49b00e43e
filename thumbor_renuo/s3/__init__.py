"""The adapter to S3: beyond it nobody sees botocore, and its errors are ours."""
