/** French. */

import type { Texts } from "./en";

export const fr: Texts = {
  "drop.files": "Choisir des fichiers",
  "drop.file": "Choisir un fichier",
  "drop.filesHint": "ou les déposer ici, ou les coller",
  "drop.fileHint": "ou le déposer ici, ou le coller",
  "drop.release": "Relâchez pour envoyer",
  "drop.folder": "Choisir un dossier",
  "drop.camera": "Prendre une photo",
  "limits.size": "jusqu’à {size}",
  "limits.pixels": "jusqu’à {pixels} mégapixels",
  "limits.files.one": "un seul fichier",
  "limits.files.other": "{count} fichiers au plus",
  "types.image": "images",
  "types.video": "vidéos",
  "types.audio": "fichiers audio",
  "types.text": "fichiers texte",
  list: "Fichiers",
  progress: "Envoi de {name}",
  "state.waiting": "En attente",
  "state.signing": "Préparation",
  "state.uploading": "Envoi, {percent}",
  "state.paused": "En pause",
  "state.offline": "En attente de la connexion",
  "state.verifying": "Vérification",
  "state.done": "Envoyé",
  "state.failed": "Échec",
  "state.cancelled": "Annulé",
  "state.resumed": "Repris là où il s’était arrêté",
  "action.named": "{action} : {name}",
  "action.retry": "Réessayer",
  "action.pause": "Suspendre",
  "action.resume": "Reprendre",
  "action.cancel": "Annuler",
  "action.remove": "Retirer",
  "totals.label": "Tous les envois",
  "totals.files.one": "{done} fichier sur {count}",
  "totals.files.other": "{done} fichiers sur {count}",
  "totals.failed": "{failed} en échec",
  "totals.bytes": "{loaded} sur {total}",
  "totals.left": "encore {time}",
  "totals.pause": "Tout suspendre",
  "totals.resume": "Tout reprendre",
  "totals.cancel": "Tout annuler",
  "status.started.one": "Envoi de {count} fichier",
  "status.started.other": "Envoi de {count} fichiers",
  "status.uploaded.one": "Fichiers envoyés : {done} sur {count}",
  "status.uploaded.other": "Fichiers envoyés : {done} sur {count}",
  "status.failed": "Échec pour {name} : {reason}",
  "status.offline": "Pas de connexion. Les envois reprendront dès son retour.",
  "status.online": "La connexion est rétablie.",
  "status.allDone": "Tout est terminé.",
  "error.FileTooLarge": "Ce fichier dépasse {limit}. Choisissez-en un plus petit.",
  "error.FileTooSmall": "Ce fichier fait moins de {limit}. Choisissez-en un plus grand.",
  "error.TypeNotAllowed": "Ce type de fichier n’est pas accepté ici. Types autorisés : {types}.",
  "error.TooManyFiles.one": "Un seul fichier est autorisé ici. Retirez d’abord l’autre.",
  "error.TooManyFiles.other":
    "Seuls {count} fichiers sont autorisés ici. Retirez-en d’abord un autre.",
  "error.TooManyPixels":
    "Cette image compte {pixels} mégapixels, {limit} au plus sont autorisés. Choisissez-en une plus petite.",
  "error.InvalidApiKey":
    "La clé API de cette page n’est pas valable. Veuillez avertir le responsable du site.",
  "error.OriginNotAllowed":
    "Les envois depuis cette page ne sont pas autorisés. Veuillez avertir le responsable du site.",
  "error.TooManyRequests": "Trop d’envois en peu de temps. Réessayez dans {seconds}.",
  "error.SigningFailed": "Le serveur n’a pas autorisé cet envoi (réponse {status}). Réessayez.",
  "error.ServerUnavailable":
    "Le serveur rencontre un problème en ce moment. Réessayez dans un instant.",
  "error.Network.server": "Le serveur est injoignable. Vérifiez votre connexion, puis réessayez.",
  "error.Network.storage": "Le stockage est injoignable. Vérifiez votre connexion, puis réessayez.",
  "error.Timeout.server": "Le serveur a mis trop de temps à répondre. Réessayez.",
  "error.Timeout.storage": "Le stockage a mis trop de temps à répondre. Réessayez.",
  "error.UploadEnded": "Cet envoi a pris fin entre-temps. Recommencez-le.",
  "error.StorageMisconfigured":
    "Le stockage n’est pas configuré pour les gros fichiers. Veuillez avertir le responsable du site.",
  "error.StorageFailed": "Le stockage a refusé ce fichier ({code}). Réessayez.",
  "error.ContentMismatch":
    "Ce fichier n’est pas du type que son nom indique. Enregistrez-le dans le bon format, puis renvoyez-le.",
  "error.ContentNotAllowed":
    "Le contenu de ce fichier n’est pas accepté ici. Choisissez-en un autre.",
  "error.ContentBroken": "Ce fichier est endommagé et illisible. Choisissez-en un autre.",
  "error.ContentActive":
    "Ce fichier contient des scripts ou d’autres contenus actifs. Choisissez une version qui en est exempte.",
  "error.ContentInfected":
    "Un virus a été trouvé dans ce fichier, qui a été supprimé. Vérifiez votre appareil.",
  "error.ContentUnchecked": "Ce fichier n’a pas pu être vérifié. Renvoyez-le plus tard.",
  "error.Unexpected": "L’envoi a échoué de façon inattendue. Réessayez.",
  "error.EntityTooLarge":
    "Ce fichier dépasse la taille autorisée ici. Choisissez-en un plus petit.",
  "error.EntityTooSmall": "Ce fichier est vide ou trop petit. Choisissez-en un autre.",
  "error.AccessDenied": "Le stockage a refusé ce fichier. Réessayez.",
  "error.PolicyExpired": "L’autorisation de cet envoi a expiré avant d’être utilisée. Réessayez.",
  "error.SignatureDoesNotMatch":
    "Le stockage n’a pas reconnu l’autorisation de cet envoi. Veuillez avertir le responsable du site.",
  "error.RequestTimeTooSkewed":
    "Les horloges du serveur et du stockage diffèrent trop. Veuillez avertir le responsable du site.",
  "error.NoSuchBucket":
    "Le stockage des envois n’existe pas. Veuillez avertir le responsable du site.",
  "error.SlowDown": "Le stockage est surchargé. Patientez un instant, puis réessayez.",
  "error.InternalError": "Le stockage a rencontré un problème interne. Réessayez.",
};
