# Words of the mails.

mail-date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
mail-weekday = { $weekday ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
mail-time = { $time } Uhr
mail-time-span = { $from } bis { $to } Uhr
mail-moment = { $date }, { $time } Uhr ({ $zone })
mail-zone = { $abbreviation ->
    [CET] mitteleuropäische Zeit
    [CEST] mitteleuropäische Sommerzeit
    [UTC] Weltzeit UTC
   *[other] Zeitzone { $zone }
}

mail-issue-subject = { $title } { $number }: { $headline }
mail-issue-number = Ausgabe { $number }
mail-preheader = In dieser Ausgabe: { $headlines }
mail-intro = { $count ->
    [one] in dieser Ausgabe lesen Sie eine Meldung.
   *[other] in dieser Ausgabe lesen Sie { $count } Meldungen.
}
mail-salutation = Guten Tag,
mail-salutation-name = Guten Tag { $name },
mail-web-version = Im Browser ansehen
mail-unsubscribe = Newsletter abbestellen
mail-preferences = Einstellungen ändern
mail-subscribe = Newsletter abonnieren
mail-archive = Frühere Ausgaben
mail-imprint = Impressum
mail-privacy = Datenschutz
mail-read-on = Weiterlesen: { $title }
mail-download = Herunterladen: { $name }
mail-event-when = Wann:
mail-event-where = Wo:
mail-event-online = Online teilnehmen: { $title }
mail-event-calendar = Termin in den Kalender eintragen: { $title }
mail-contents = Inhalt
mail-partners = Partner
mail-this-edition = Diese Ausgabe auf Deutsch lesen
mail-this-edition-checked = Diese Ausgabe auf Deutsch lesen
mail-easy-to-read = Leichte Sprache
mail-plain-language = Einfache Sprache
mail-checked-by = Geprüft von: { $name }
mail-why = Sie bekommen diese E-Mail, weil Sie den Newsletter »{ $title }« abonniert haben.
mail-why-web = Sie lesen die Webfassung des Newsletters »{ $title }«.

mail-confirm-subject = Bitte bestätigen Sie Ihre Anmeldung: { $titles }
mail-confirm-heading = Bitte bestätigen Sie Ihre Anmeldung
mail-confirm-asked = jemand hat diese E-Mail-Adresse bei { $organisation } eingetragen, um { $count ->
    [one] diesen Newsletter
   *[other] diese Newsletter
} zu bekommen:
mail-confirm-when = Eingetragen am:
mail-confirm-please = Waren Sie das? Dann bestätigen Sie die Anmeldung bitte mit diesem Link:
mail-confirm-button = Anmeldung bestätigen
mail-confirm-not-you = Waren Sie das nicht? Dann brauchen Sie nichts zu tun. Ohne Ihre Bestätigung schicken wir Ihnen keinen Newsletter.
mail-confirm-expires = Unbestätigte Angaben löschen wir am:

mail-address-title = Bitte bestätigen Sie Ihre neue Adresse
mail-address-intro = Jemand hat { $organisation } gebeten, Newsletter künftig an diese Adresse zu senden.
mail-address-please = Wenn Sie das waren, bestätigen Sie es bitte:
mail-address-button = Diese Adresse verwenden
mail-address-not-you = Sie waren es nicht? Dann müssen Sie nichts tun. Es ändert sich nichts, und Sie bekommen keine weitere Mail.
mail-link-title = Der Link zu Ihren Daten
mail-link-intro = Sie bekommen Newsletter von { $organisation }, und jemand hat den Link zu Ihrer eigenen Seite angefordert. Dort können Sie Sprache und Newsletter wählen, Ihre Adresse ändern, sich abmelden, Ihre Daten ansehen und löschen.
mail-link-please = Hier entlang:
mail-link-button = Meine Seite öffnen
mail-link-not-you = Sie waren es nicht? Dann müssen Sie nichts tun. Bitte geben Sie diesen Link nicht weiter: Wer ihn hat, kann Ihr Abonnement ändern.
