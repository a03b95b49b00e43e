/** German, as written in Switzerland. */

import type { Texts } from "./en";

export const de: Texts = {
  "drop.files": "Dateien auswählen",
  "drop.file": "Datei auswählen",
  "drop.filesHint": "oder hier ablegen, oder einfügen",
  "drop.fileHint": "oder hier ablegen, oder einfügen",
  "drop.release": "Loslassen zum Hochladen",
  "drop.folder": "Ordner auswählen",
  "drop.camera": "Foto aufnehmen",
  "limits.size": "bis {size}",
  "limits.pixels": "bis {pixels} Megapixel",
  "limits.files.one": "eine Datei",
  "limits.files.other": "höchstens {count} Dateien",
  "types.image": "Bilder",
  "types.video": "Videos",
  "types.audio": "Tondateien",
  "types.text": "Textdateien",
  list: "Dateien",
  progress: "Hochladen von {name}",
  "state.waiting": "Wartet",
  "state.signing": "Wird vorbereitet",
  "state.uploading": "Wird hochgeladen, {percent}",
  "state.paused": "Angehalten",
  "state.offline": "Wartet auf die Verbindung",
  "state.verifying": "Wird geprüft",
  "state.done": "Hochgeladen",
  "state.failed": "Fehlgeschlagen",
  "state.cancelled": "Abgebrochen",
  "state.resumed": "Fortgesetzt, wo es aufgehört hatte",
  "action.named": "{action}: {name}",
  "action.retry": "Wiederholen",
  "action.pause": "Anhalten",
  "action.resume": "Fortsetzen",
  "action.cancel": "Abbrechen",
  "action.remove": "Entfernen",
  "totals.label": "Alle Dateien",
  "totals.files.one": "{done} von {count} Datei",
  "totals.files.other": "{done} von {count} Dateien",
  "totals.failed": "{failed} fehlgeschlagen",
  "totals.bytes": "{loaded} von {total}",
  "totals.left": "noch {time}",
  "totals.pause": "Alle anhalten",
  "totals.resume": "Alle fortsetzen",
  "totals.cancel": "Alle abbrechen",
  "status.started.one": "{count} Datei wird hochgeladen",
  "status.started.other": "{count} Dateien werden hochgeladen",
  "status.uploaded.one": "{done} von {count} Datei hochgeladen",
  "status.uploaded.other": "{done} von {count} Dateien hochgeladen",
  "status.failed": "{name} fehlgeschlagen: {reason}",
  "status.offline": "Keine Verbindung. Sobald sie wieder da ist, geht es weiter.",
  "status.online": "Die Verbindung ist wieder da.",
  "status.allDone": "Alles fertig.",
  "form.busy": "Warten Sie, bis alle Dateien hochgeladen sind.",
  "form.required": "Wählen Sie eine Datei aus.",
  "error.FileTooLarge": "Diese Datei ist grösser als {limit}. Wählen Sie eine kleinere.",
  "error.FileTooSmall": "Diese Datei ist kleiner als {limit}. Wählen Sie eine grössere.",
  "error.TypeNotAllowed": "Dieser Dateityp ist hier nicht erlaubt. Erlaubt: {types}.",
  "error.TooManyFiles.one": "Hier ist nur eine Datei erlaubt. Entfernen Sie zuerst die vorhandene.",
  "error.TooManyFiles.other":
    "Hier sind nur {count} Dateien erlaubt. Entfernen Sie zuerst eine andere.",
  "error.TooManyPixels":
    "Dieses Bild hat {pixels} Megapixel, erlaubt sind höchstens {limit}. Wählen Sie ein kleineres.",
  "error.InvalidApiKey":
    "Der API-Schlüssel dieser Seite ist ungültig. Bitte melden Sie es dem Betreiber der Website.",
  "error.OriginNotAllowed":
    "Von dieser Seite darf nicht hochgeladen werden. Bitte melden Sie es dem Betreiber der Website.",
  "error.TooManyRequests":
    "Zu viele Dateien in kurzer Zeit. Versuchen Sie es erneut, Wartezeit: {seconds}.",
  "error.SigningFailed":
    "Der Server hat das Hochladen nicht bewilligt (Antwort {status}). Versuchen Sie es erneut.",
  "error.ServerUnavailable":
    "Der Server hat zurzeit ein Problem. Versuchen Sie es in Kürze erneut.",
  "error.Network.server":
    "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
  "error.Network.storage":
    "Der Speicher ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
  "error.Timeout.server": "Der Server hat zu lange nicht geantwortet. Versuchen Sie es erneut.",
  "error.Timeout.storage": "Der Speicher hat zu lange nicht geantwortet. Versuchen Sie es erneut.",
  "error.UploadEnded": "Dieser Vorgang wurde inzwischen beendet. Beginnen Sie ihn von vorne.",
  "error.StorageMisconfigured":
    "Der Speicher ist nicht für grosse Dateien eingerichtet. Bitte melden Sie es dem Betreiber der Website.",
  "error.StorageFailed":
    "Der Speicher hat diese Datei abgelehnt ({code}). Versuchen Sie es erneut.",
  "error.ContentMismatch":
    "Diese Datei ist nicht von dem Typ, den ihr Name nennt. Speichern Sie sie im richtigen Format und laden Sie sie erneut hoch.",
  "error.ContentNotAllowed":
    "Was diese Datei enthält, ist hier nicht erlaubt. Wählen Sie eine andere.",
  "error.ContentBroken":
    "Diese Datei ist beschädigt und lässt sich nicht lesen. Wählen Sie eine andere.",
  "error.ContentActive":
    "Diese Datei enthält Skripte oder andere aktive Inhalte. Wählen Sie eine Fassung ohne solche.",
  "error.ContentInfected":
    "In dieser Datei wurde ein Virus gefunden; sie wurde gelöscht. Prüfen Sie Ihr Gerät.",
  "error.ContentUnchecked":
    "Diese Datei konnte nicht geprüft werden. Laden Sie sie später erneut hoch.",
  "error.FileUnreadable": "Diese Datei kann nicht mehr gelesen werden. Wählen Sie sie erneut aus.",
  "error.Unexpected": "Ein unerwarteter Fehler ist aufgetreten. Versuchen Sie es erneut.",
  "error.EntityTooLarge": "Diese Datei ist grösser als hier erlaubt. Wählen Sie eine kleinere.",
  "error.EntityTooSmall": "Diese Datei ist leer oder zu klein. Wählen Sie eine andere.",
  "error.AccessDenied": "Der Speicher hat diese Datei abgelehnt. Versuchen Sie es erneut.",
  "error.PolicyExpired":
    "Die Bewilligung ist abgelaufen, bevor sie gebraucht wurde. Versuchen Sie es erneut.",
  "error.SignatureDoesNotMatch":
    "Der Speicher hat die Bewilligung nicht anerkannt. Bitte melden Sie es dem Betreiber der Website.",
  "error.RequestTimeTooSkewed":
    "Die Uhren von Server und Speicher gehen zu weit auseinander. Bitte melden Sie es dem Betreiber der Website.",
  "error.NoSuchBucket":
    "Den Speicher für diese Dateien gibt es nicht. Bitte melden Sie es dem Betreiber der Website.",
  "error.SlowDown":
    "Der Speicher ist ausgelastet. Warten Sie einen Moment und versuchen Sie es erneut.",
  "error.InternalError": "Der Speicher hatte ein internes Problem. Versuchen Sie es erneut.",
};
