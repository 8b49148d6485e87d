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
mail-moment = { $date }, { $time } Uhr
mail-zone = { $abbreviation ->
    [CET] Uhrzeit in Deutschland
    [CEST] Uhrzeit in Deutschland
    [UTC] Welt-Zeit UTC
   *[other] Zeit-Zone { $zone }
}

mail-issue-subject = { $title } { $number }: { $headline }
mail-issue-number = Nummer { $number }
mail-preheader = Das steht in diesem Newsletter: { $headlines }
mail-intro = { $count ->
    [one] In diesem Newsletter steht eine Nachricht.
   *[other] In diesem Newsletter stehen { $count } Nachrichten.
}
mail-salutation = Guten Tag!
mail-salutation-name = Guten Tag { $name }!
mail-web-version = Den Newsletter im Internet lesen
mail-unsubscribe = Den Newsletter abbestellen
mail-preferences = Ihre Angaben ändern
mail-subscribe = Den Newsletter bestellen
mail-archive = Ältere Newsletter lesen
mail-imprint = Impressum
mail-privacy = Daten-Schutz
mail-read-on = Mehr lesen: { $title }
mail-download = Datei herunterladen: { $name }
mail-event-when = Wann?
mail-event-where = Wo?
mail-event-online = Im Internet mitmachen: { $title }
mail-event-calendar = Termin in den Kalender eintragen: { $title }
mail-contents = Das steht in diesem Newsletter
mail-partners = Partner
mail-this-edition = Diesen Newsletter in Einfacher Sprache lesen
mail-this-edition-checked = Diesen Newsletter in Leichter Sprache lesen
mail-easy-to-read = Leichte Sprache
mail-plain-language = Einfache Sprache
mail-checked-by = Dieser Text ist geprüft von: { $name }
mail-why =
    Sie haben den Newsletter »{ $title }« bestellt.
    Darum bekommen Sie diese E-Mail.
mail-why-web =
    Sie lesen den Newsletter »{ $title }«.
    Sie lesen ihn im Internet.

mail-confirm-subject = Wollen Sie diesen Newsletter bekommen? { $titles }
mail-confirm-heading = Wollen Sie den Newsletter bekommen?
mail-confirm-asked =
    Jemand hat Ihre E-Mail-Adresse eingetragen.
    Das war bei { $organisation }.
    { $count ->
        [one] Es geht um diesen Newsletter:
       *[other] Es geht um diese Newsletter:
    }
mail-confirm-when = Die Adresse wurde eingetragen am:
mail-confirm-please =
    Waren Sie das?
    Dann klicken Sie bitte auf diesen Link:
mail-confirm-button = Ja, ich will den Newsletter
mail-confirm-not-you =
    Waren Sie das nicht?
    Dann müssen Sie nichts tun.
    Sie bekommen dann keinen Newsletter.
mail-confirm-expires =
    Klicken Sie nicht auf den Link?
    Dann löschen wir Ihre Daten am:

mail-address-title = Ist das Ihre neue Adresse?
mail-address-intro =
    Jemand möchte den Newsletter an diese Adresse bekommen.
    Der Newsletter kommt von: { $organisation }.
mail-address-please =
    Waren Sie das?
    Dann drücken Sie hier:
mail-address-button = Ja, das ist meine Adresse
mail-address-not-you =
    Waren Sie das nicht?
    Dann müssen Sie nichts tun.
    Es bleibt alles, wie es ist.
mail-link-title = Der Link zu Ihren Daten
mail-link-intro =
    Sie bekommen einen Newsletter von: { $organisation }.
    Jemand wollte den Link zu Ihrer Seite haben.
    Auf der Seite können Sie vieles ändern:
    die Sprache, die Newsletter und Ihre Adresse.
    Sie können sich auch abmelden.
    Und Sie können Ihre Daten ansehen und löschen.
mail-link-please = Hier ist der Link:
mail-link-button = Meine Seite öffnen
mail-link-not-you =
    Waren Sie das nicht?
    Dann müssen Sie nichts tun.
    Bitte geben Sie den Link nicht weiter.
    Sonst kann jemand anderes etwas ändern.
