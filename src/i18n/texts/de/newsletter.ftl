# Newsletters, die eingestellt sind, und Ausgaben, die geplant sind.

web-closed-title = „{ $title }“ ist eingestellt
web-closed-lead = Dieser Newsletter ist eingestellt. Er nimmt keine Anmeldungen mehr an, und es erscheinen keine neuen Ausgaben.
web-closed-links = Wenn Sie ihn bezogen haben: Die Links in Ihren E-Mails funktionieren weiter. Sie können sich abmelden und Ihre Daten ansehen oder löschen.
web-closed-archive = Frühere Ausgaben lesen
web-closed-others = Andere Newsletter ansehen
web-closed-api = Dieser Newsletter ist eingestellt und nimmt keine Anmeldungen mehr an.
web-closed-confirm = „{ $title }“ ist inzwischen eingestellt worden. Sie sind nicht angemeldet und bekommen keine E-Mails.
web-closed-tag = Eingestellt
web-closed-publish = Dieser Newsletter ist eingestellt. Deshalb lässt sich nichts veröffentlichen.

web-plans = Geplante Ausgaben
web-plans-cadence = Nächste regelmäßige Ausgabe: { $time }, { $distance }
web-plans-now = jetzt fällig
web-plans-minutes = { $count ->
    [one] in einer Minute
   *[other] in { $count } Minuten
}
web-plans-hours = { $count ->
    [one] in einer Stunde
   *[other] in { $count } Stunden
}
web-plans-days = { $count ->
    [one] in einem Tag
   *[other] in { $count } Tagen
}
web-plans-new-time = Neue Zeit
web-plans-move = Verschieben
web-plans-move-of = Die für { $time } geplante Ausgabe verschieben
web-plans-unplan = Planung aufheben
web-plans-unplan-of = Die Planung für { $time } aufheben
web-plans-add = Später veröffentlichen
web-plans-add-lead = Die Ausgabe enthält dann alle Nachrichten, die bis dahin bereit sind.
web-plans-add-time = Tag und Uhrzeit in { $zone }
web-plans-add-submit = Ausgabe planen
web-plans-planned = Die Ausgabe ist geplant. Ihre Zeit steht unten.
web-plans-planned-too = Die Ausgabe ist geplant. Am selben Tag erscheint auch eine regelmäßige Ausgabe: Die frühere von beiden nimmt mit, was bereit ist.
web-plans-moved = Die Ausgabe ist verschoben. Ihre neue Zeit steht unten.
web-plans-moved-too = Die Ausgabe ist verschoben. Am selben Tag erscheint auch eine regelmäßige Ausgabe: Die frühere von beiden nimmt mit, was bereit ist.
web-plans-gone = Diese Planung gibt es nicht mehr: Die Ausgabe ist veröffentlicht, oder jemand hat die Planung aufgehoben.
web-plans-error-form = Bitte geben Sie Tag und Uhrzeit ein, zum Beispiel 2027-03-01T09:00.
web-plans-error-past = Diese Zeit ist schon vorbei. Bitte wählen Sie eine spätere.
web-plans-error-gap = Diese Zeit überspringen die Uhren in { $zone }. Die nächste Zeit, die es gibt, ist { $instead }.
web-plans-error-taken = Für diese Zeit ist schon eine andere Ausgabe geplant.
web-plans-error-held = Über eine Ausgabe, die zu dieser Zeit fällig war, müssen Sie noch entscheiden. Bitte geben Sie sie zuerst frei, oder brechen Sie sie ab.
