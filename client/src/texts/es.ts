/** Spanish. */

import type { Texts } from "./en";

export const es: Texts = {
  "drop.files": "Elegir archivos",
  "drop.file": "Elegir un archivo",
  "drop.filesHint": "o arrástrelos aquí, o péguelos",
  "drop.fileHint": "o arrástrelo aquí, o péguelo",
  "drop.release": "Suelte para subir",
  "drop.folder": "Elegir una carpeta",
  "drop.camera": "Hacer una foto",
  "limits.size": "hasta {size}",
  "limits.pixels": "hasta {pixels} megapíxeles",
  "limits.files.one": "un solo archivo",
  "limits.files.other": "{count} archivos como máximo",
  "types.image": "imágenes",
  "types.video": "vídeos",
  "types.audio": "archivos de audio",
  "types.text": "archivos de texto",
  list: "Archivos",
  progress: "Subida de {name}",
  "state.waiting": "En espera",
  "state.signing": "Preparando",
  "state.uploading": "Subiendo, {percent}",
  "state.paused": "En pausa",
  "state.offline": "Esperando la conexión",
  "state.verifying": "Comprobando",
  "state.done": "Subido",
  "state.failed": "Error",
  "state.cancelled": "Cancelado",
  "state.resumed": "Continuado donde se detuvo",
  "action.named": "{action}: {name}",
  "action.retry": "Reintentar",
  "action.pause": "Pausar",
  "action.resume": "Reanudar",
  "action.cancel": "Cancelar",
  "action.remove": "Quitar",
  "totals.label": "Todas las subidas",
  "totals.files.one": "{done} de {count} archivo",
  "totals.files.other": "{done} de {count} archivos",
  "totals.failed": "{failed} con error",
  "totals.bytes": "{loaded} de {total}",
  "totals.left": "quedan {time}",
  "totals.pause": "Pausar todo",
  "totals.resume": "Reanudar todo",
  "totals.cancel": "Cancelar todo",
  "status.started.one": "Subiendo {count} archivo",
  "status.started.other": "Subiendo {count} archivos",
  "status.uploaded.one": "Archivos subidos: {done} de {count}",
  "status.uploaded.other": "Archivos subidos: {done} de {count}",
  "status.failed": "Error en {name}: {reason}",
  "status.offline": "Sin conexión. Las subidas seguirán cuando vuelva.",
  "status.online": "La conexión ha vuelto.",
  "status.allDone": "Todo listo.",
  "form.busy": "Espere a que se suban todos los archivos.",
  "form.required": "Elija un archivo.",
  "error.FileTooLarge": "Este archivo supera {limit}. Elija uno más pequeño.",
  "error.FileTooSmall": "Este archivo no llega a {limit}. Elija uno más grande.",
  "error.TypeNotAllowed": "Aquí no se acepta este tipo de archivo. Permitidos: {types}.",
  "error.TooManyFiles.one": "Aquí solo se permite un archivo. Quite antes el otro.",
  "error.TooManyFiles.other": "Aquí solo se permiten {count} archivos. Quite antes otro.",
  "error.TooManyPixels":
    "Esta imagen tiene {pixels} megapíxeles y se permiten {limit} como máximo. Elija una más pequeña.",
  "error.InvalidApiKey":
    "La clave de API de esta página no es válida. Avise al responsable del sitio.",
  "error.OriginNotAllowed":
    "No se permite subir archivos desde esta página. Avise al responsable del sitio.",
  "error.TooManyRequests":
    "Demasiadas subidas en poco tiempo. Vuelva a intentarlo dentro de {seconds}.",
  "error.SigningFailed":
    "El servidor no autorizó esta subida (respuesta {status}). Vuelva a intentarlo.",
  "error.ServerUnavailable":
    "El servidor tiene un problema en este momento. Vuelva a intentarlo en breve.",
  "error.Network.server":
    "No se puede acceder al servidor. Compruebe su conexión y vuelva a intentarlo.",
  "error.Network.storage":
    "No se puede acceder al almacenamiento. Compruebe su conexión y vuelva a intentarlo.",
  "error.Timeout.server": "El servidor tardó demasiado en responder. Vuelva a intentarlo.",
  "error.Timeout.storage": "El almacenamiento tardó demasiado en responder. Vuelva a intentarlo.",
  "error.UploadEnded": "Esta subida terminó entretanto. Empiece de nuevo.",
  "error.StorageMisconfigured":
    "El almacenamiento no está configurado para archivos grandes. Avise al responsable del sitio.",
  "error.StorageFailed": "El almacenamiento rechazó este archivo ({code}). Vuelva a intentarlo.",
  "error.ContentMismatch":
    "Este archivo no es del tipo que indica su nombre. Guárdelo en el formato correcto y súbalo de nuevo.",
  "error.ContentNotAllowed": "Aquí no se acepta el contenido de este archivo. Elija otro.",
  "error.ContentBroken": "Este archivo está dañado y no se puede leer. Elija otro.",
  "error.ContentActive":
    "Este archivo contiene scripts u otro contenido activo. Elija una versión que no lo tenga.",
  "error.ContentInfected":
    "Se encontró un virus en este archivo y se eliminó. Revise su dispositivo.",
  "error.ContentUnchecked": "No se pudo comprobar este archivo. Súbalo de nuevo más tarde.",
  "error.FileUnreadable": "Este archivo ya no se puede leer. Elíjalo de nuevo.",
  "error.Unexpected": "La subida falló de forma inesperada. Vuelva a intentarlo.",
  "error.EntityTooLarge": "Este archivo supera el tamaño permitido aquí. Elija uno más pequeño.",
  "error.EntityTooSmall": "Este archivo está vacío o es demasiado pequeño. Elija otro.",
  "error.AccessDenied": "El almacenamiento rechazó este archivo. Vuelva a intentarlo.",
  "error.PolicyExpired":
    "La autorización de esta subida caducó antes de usarse. Vuelva a intentarlo.",
  "error.SignatureDoesNotMatch":
    "El almacenamiento no aceptó la autorización de esta subida. Avise al responsable del sitio.",
  "error.RequestTimeTooSkewed":
    "Los relojes del servidor y del almacenamiento difieren demasiado. Avise al responsable del sitio.",
  "error.NoSuchBucket":
    "El almacenamiento para las subidas no existe. Avise al responsable del sitio.",
  "error.SlowDown": "El almacenamiento está ocupado. Espere un momento y vuelva a intentarlo.",
  "error.InternalError": "El almacenamiento tuvo un problema interno. Vuelva a intentarlo.",
};
