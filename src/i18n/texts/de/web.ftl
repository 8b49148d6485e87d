# Words of the web pages: formal German ("Sie").

## Every page

web-skip = Zum Inhalt springen
web-languages = Sprache der Seite
web-about = Über dieses Angebot
web-language = Deutsch
web-newsletters = Newsletter
web-imprint = Impressum
web-privacy = Datenschutz
web-accessibility = Barrierefreiheit
web-home = Zur Startseite
web-required = Pflichtangabe
web-optional = freiwillig
web-errors-heading = Bitte prüfen Sie Ihre Angaben

## Start page

web-home-title = Newsletter
web-home-lead = Nachrichten per E-Mail. Sie wählen aus, was Sie lesen möchten, und können jederzeit wieder aufhören.
web-home-none = Zurzeit gibt es hier keinen Newsletter.
web-home-subscribe = Abonnieren
web-home-subscribe-to = { $title } abonnieren
web-home-archive = Frühere Ausgaben
web-home-archive-of = Frühere Ausgaben von { $title }
web-home-search = In allen Ausgaben suchen

## Form

web-form-title = { $title } abonnieren
web-form-email = E-Mail-Adresse
web-form-email-hint = Zum Beispiel name@example.org
web-form-language = Sprache der Ausgabe
web-form-name = Name
web-form-name-hint = Wenn Sie ihn angeben, begrüßen wir Sie in den E-Mails damit.
web-form-consent = Ihre Einwilligung
web-form-privacy = Mehr dazu in den Datenschutzhinweisen
web-form-next = Nach dem Absenden erhalten Sie eine E-Mail mit einem Link. Erst wenn Sie dort bestätigen, beginnt Ihr Abonnement.
web-form-submit = Anmelden
web-form-error-language = Diese Sprache gibt es bei diesem Newsletter nicht. Bitte wählen Sie eine andere.
web-form-error-wording = Der Text der Einwilligung hat sich inzwischen geändert. Bitte lesen Sie ihn noch einmal und senden Sie das Formular dann erneut ab.
web-form-error-wait = { $minutes ->
    [one] Zurzeit gehen zu viele Anmeldungen ein. Bitte senden Sie das Formular in einer Minute noch einmal ab. Ihre Angaben stehen noch da.
   *[other] Zurzeit gehen zu viele Anmeldungen ein. Bitte senden Sie das Formular in { $minutes } Minuten noch einmal ab. Ihre Angaben stehen noch da.
}
web-form-error-wait-hours = Zurzeit gehen zu viele Anmeldungen ein. Bitte senden Sie das Formular in { $hours } Stunden noch einmal ab. Ihre Angaben stehen noch da.
web-form-error-proof = Die Sicherheitsprüfung dieses Formulars ist abgelaufen oder hat nicht funktioniert. Bitte senden Sie das Formular noch einmal ab. Ihre Angaben stehen noch da.
web-form-trap = Bitte lassen Sie dieses Feld leer
web-form-work-begun = Ihr Browser führt eine Sicherheitsprüfung durch. Sie können das Formular weiter ausfüllen.
web-form-work-done = Die Sicherheitsprüfung ist fertig.
web-form-work-waiting = Einen Moment bitte: Die Sicherheitsprüfung läuft noch. Danach wird das Formular von selbst abgeschickt.
web-form-work-failed = Die Sicherheitsprüfung ist zurzeit nicht möglich. Das Formular wird ohne sie abgeschickt.

## After the form

web-asked-title = Bitte sehen Sie in Ihr Postfach
web-asked-lead = Wir haben Ihnen eine E-Mail geschickt.
web-asked-step-open = Öffnen Sie die E-Mail.
web-asked-step-link = Klicken Sie auf den Link darin.
web-asked-step-confirm = Bestätigen Sie auf der Seite, die sich öffnet.
web-asked-nothing = Keine E-Mail angekommen? Sehen Sie bitte auch im Spam-Ordner nach. Haben Sie sich vielleicht vertippt? Dann füllen Sie das Formular noch einmal aus. An eine Adresse schicken wir am selben Tag nur eine solche E-Mail.

## Confirmation

web-confirm-title = Abonnement bestätigen
web-confirm-lead = Sie möchten diesen Newsletter erhalten:
web-confirm-lead-many = Sie möchten diese Newsletter erhalten:
web-confirm-submit = Ja, Abonnement bestätigen
web-confirm-not-you = Sie haben das nicht angefordert? Dann schließen Sie einfach diese Seite. Ohne Bestätigung erhalten Sie keine weiteren E-Mails.
web-confirmed-title = Ihr Abonnement ist bestätigt
web-confirmed-lead = Vielen Dank. Ab der nächsten Ausgabe erhalten Sie:
web-confirmed-leave = In jeder E-Mail steht ein Link, mit dem Sie sich wieder abmelden können.
web-confirmed-latest = Die letzte Ausgabe können Sie gleich hier lesen:
web-confirmed-before-title = Ihr Abonnement ist schon bestätigt
web-confirmed-before-lead = Es ist alles erledigt. Sie erhalten:
web-expired-title = Dieser Link gilt nicht mehr
web-expired-lead = Der Link ist abgelaufen. Wenn Sie den Newsletter noch möchten, füllen Sie bitte das Formular noch einmal aus. Sie erhalten dann einen neuen Link.
web-expired-form = Zum Formular
web-unknown-link-title = Dieser Link funktioniert nicht
web-unknown-link-lead = Vielleicht wurde er beim Kopieren abgeschnitten. Öffnen Sie bitte den Link direkt aus der E-Mail.

## Leaving

web-leave-title = Newsletter abbestellen
web-leave-lead = Möchten Sie „{ $title }“ nicht mehr erhalten?
web-leave-this = Diesen Newsletter abbestellen
web-leave-all = Alle Newsletter abbestellen
web-leave-others = { $count ->
    [one] Sie erhalten noch einen weiteren Newsletter von uns.
   *[other] Sie erhalten noch { $count } weitere Newsletter von uns.
}
web-leave-effect = Die Abmeldung gilt sofort. Einen Grund brauchen Sie nicht anzugeben.
web-left-title = Sie sind abgemeldet
web-left-lead = Sie erhalten „{ $title }“ nicht mehr.
web-left-all-lead = Sie erhalten keine Newsletter mehr von uns.
web-left-again = War das ein Versehen? Sie können sich jederzeit neu anmelden.
web-left-form = Wieder abonnieren
web-left-plain = Sie sind abgemeldet.

## Preferences

web-preferences-title = Ihre Einstellungen
web-preferences-lead = Hier ändern Sie Ihren Namen und die Sprache Ihrer Newsletter oder bestellen einen Newsletter ab.
web-preferences-saved = Ihre Änderungen sind gespeichert.
web-preferences-name-hint = Sie können das Feld auch leer lassen.
web-preferences-leave = { $title } abbestellen
web-preferences-pending = Noch nicht bestätigt
web-preferences-ended = Abbestellt
web-preferences-none = Sie beziehen zurzeit keinen Newsletter.
web-preferences-submit = Änderungen speichern

## Archive

web-archive-title = { $title }: Ausgaben
web-archive-lead = Alle Ausgaben, die bisher verschickt wurden. Die neueste steht oben.
web-archive-none = In dieser Sprache ist bisher keine Ausgabe erschienen.
web-archive-number = Ausgabe { $number }
web-archive-feed = Als Atom-Feed abonnieren
web-archive-subscribe = Per E-Mail abonnieren
web-archive-languages = Ausgaben in einer anderen Sprache
web-archive-pages = Weitere Seiten
web-archive-older = Ältere Ausgaben
web-archive-newest = Neueste Ausgaben
web-archives-title = Archiv
web-archives-lead = Hier lesen Sie frühere Ausgaben unserer Newsletter und suchen in allen Nachrichten.
web-archives-link = Alle Newsletter im Archiv
web-search-label = Nachrichten suchen
web-search-submit = Suchen
web-search-title = Suche nach „{ $words }“
web-search-in = Im Newsletter „{ $title }“
web-search-in-all = In allen Newslettern
web-search-range = Treffer { $from } bis { $to }
web-search-none = Nichts gefunden
web-search-tip-fewer = Versuchen Sie es mit weniger oder mit anderen Wörtern. Gefunden wird, was alle Wörter enthält.
web-search-tip-spelling = Prüfen Sie die Schreibweise. Vom letzten Wort genügt der Anfang.
web-search-tip-language = Suchen Sie in einer anderen Sprache oder in allen Newslettern.
web-search-next = Weitere Treffer
web-search-previous = Vorherige Treffer
web-search-others = In einer anderen Sprache suchen
web-search-everywhere = In allen Newslettern suchen
web-search-back = Zurück zum Archiv

## Legal pages

web-imprint-title = Impressum
web-imprint-provider = Angaben zum Anbieter
web-imprint-represented = Vertreten durch
web-imprint-contact = Kontakt
web-imprint-email = E-Mail
web-imprint-phone = Telefon
web-imprint-register = Register
web-imprint-vat = Umsatzsteuer-Identifikationsnummer
web-imprint-authority = Aufsichtsbehörde
web-imprint-responsible = Verantwortlich für den Inhalt
web-imprint-missing = Für diese Installation wurden noch keine Angaben hinterlegt.
web-privacy-title = Datenschutzhinweise
web-privacy-missing = Für diese Installation wurden noch keine Datenschutzhinweise hinterlegt.

## Errors

web-error-400-title = Diese Anfrage war nicht vollständig
web-error-400-lead = Bitte gehen Sie zurück und versuchen Sie es noch einmal.
web-error-403-title = Das ist hier nicht erlaubt
web-error-403-lead = Die Anfrage kam von einer anderen Seite, oder Ihr Konto darf das nicht. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.
web-error-404-title = Diese Seite gibt es nicht
web-error-404-lead = Vielleicht ist die Adresse unvollständig, oder die Seite wurde entfernt.
web-error-405-title = So lässt sich diese Seite nicht aufrufen
web-error-405-lead = Bitte beginnen Sie noch einmal auf der Startseite.
web-error-413-title = Das war zu viel auf einmal
web-error-413-lead = Ihre Angaben sind zu groß. Bitte kürzen Sie sie und versuchen Sie es noch einmal.
web-error-429-title = Das waren zu viele Versuche
web-error-429-lead = Bitte warten Sie einen Moment und versuchen Sie es dann noch einmal.
web-error-500-title = Hier ist etwas schiefgegangen
web-error-500-lead = Das liegt an uns, nicht an Ihnen. Bitte versuchen Sie es in einigen Minuten noch einmal.

## For programs

web-api-error-type = Bitte senden Sie JSON: Content-Type: application/json.
web-api-error-json = Das ist nicht das JSON, das hier erwartet wird. Die README-Datei zeigt es.
web-api-error-newsletter = Diesen Newsletter gibt es nicht.
web-api-error-proof = Der Arbeitsnachweis ist falsch, abgelaufen oder verbraucht. Bitte lösen Sie eine neue Aufgabe.

## Staff

web-staff = Redaktion
web-staff-nav = Bereiche der Redaktion
web-staff-desk = Übersicht
web-staff-sessions = Sitzungen
web-staff-sign-out = Abmelden
web-staff-role = Rolle: { $role }
web-staff-role-author = Autorin oder Autor
web-staff-role-editor = Redaktion
web-staff-role-admin = Verwaltung
web-staff-role-privacy = Datenschutz
web-staff-role-viewer = Nur lesen

web-sign-in-title = Anmeldung für die Redaktion
web-sign-in-password = Passwort
web-sign-in-submit = Anmelden
web-sign-in-refused = E-Mail-Adresse und Passwort passen nicht zusammen. Bitte prüfen Sie beides.
web-sign-in-wait = { $seconds ->
    [one] Zu viele Versuche. Bitte warten Sie eine Sekunde.
   *[other] Zu viele Versuche. Bitte warten Sie { $seconds } Sekunden.
}
web-sign-in-done = Sie sind abgemeldet.
web-sign-in-invited = Ihr Passwort ist gespeichert. Melden Sie sich jetzt damit an.

web-invitation-title = Passwort festlegen
web-invitation-lead = Willkommen in der Redaktion. Legen Sie ein Passwort für { $address } fest.
web-invitation-hint = Mindestens 12 Zeichen. Am besten mehrere Wörter, die nicht zusammengehören. Das Einfügen aus einem Passwortspeicher ist erlaubt.
web-invitation-submit = Passwort speichern
web-invitation-unknown-title = Diese Einladung gilt nicht mehr
web-invitation-unknown-lead = Sie wurde schon benutzt oder ist abgelaufen. Bitten Sie die Verwaltung um eine neue.

web-desk-title = Übersicht
web-desk-none = Es gibt noch keinen Newsletter. Legen Sie einen an: rundbrief newsletter add
web-desk-fenced = Zurzeit wird nichts verschickt: Die Datenbank scheint eine zurückgespielte Sicherung oder eine Kopie zu sein. Wer den Server betreibt, muss erst nachsehen: rundbrief instance status
web-desk-ready = Bereit für die nächste Ausgabe
web-desk-ready-count = { $count ->
    [one] Eine Nachricht ist bereit
   *[other] { $count } Nachrichten sind bereit
}
web-desk-nothing-ready = Keine Nachricht ist bereit.
web-desk-drafts = Entwürfe
web-desk-take = In die nächste Ausgabe
web-desk-take-of = „{ $title }“ in die nächste Ausgabe nehmen
web-desk-later = Für später
web-desk-later-of = „{ $title }“ für später aufheben
web-desk-used = Diese Nachricht ist inzwischen veröffentlicht oder entfernt worden.
web-desk-preview = Vorher ansehen
web-desk-preview-of = Die nächste Ausgabe von { $title } vorher ansehen
web-desk-publish = Ausgabe veröffentlichen
web-desk-publish-of = Ausgabe von { $title } veröffentlichen
web-desk-issues = Ausgaben
web-desk-no-issues = Noch keine Ausgabe.
web-desk-subscribers = { $count ->
    [0] Niemand bezieht diesen Newsletter
    [one] Eine Person bezieht diesen Newsletter
   *[other] { $count } Personen beziehen diesen Newsletter
}
web-desk-public-page = Anmeldeformular ansehen
web-desk-archive = Archiv ansehen
web-desk-private = Nicht öffentlich

web-item-title = Nachricht
web-item-source = Sie stammt aus dem Feed { $address }.

web-preview-title = Die nächste Ausgabe ansehen
web-preview-editions = Sprache
web-preview-views = Anzeige
web-preview-wide = Mailprogramm
web-preview-narrow = Telefon
web-preview-no-images = Ohne Bilder
web-preview-no-style = Ohne Gestaltung
web-preview-dark = Dunkel
web-preview-text = Text
web-preview-source = Quelltext
web-preview-reader = Wie für eine bestimmte Person
web-preview-as = Gezeigt mit dem Namen von { $reader }; diese Person bekommt die Ausgabe „{ $language }“.
web-preview-anyone = Wieder allgemein zeigen
web-preview-address = E-Mail-Adresse der Person
web-preview-look = Zeigen
web-preview-test = Als E-Mail an Sie selbst
web-preview-test-hint = Diese Ausgabe geht an { $address } und an niemanden sonst. Veröffentlicht wird nichts.
web-preview-send = Probe verschicken
web-preview-sent = Die Probe ist auf dem Weg zu Ihnen.
web-preview-suppressed = An Ihre Adresse darf nichts verschickt werden: Sie hat E-Mails abgelehnt, oder jemand hat widersprochen.
web-preview-nobody = Unter dieser Adresse bezieht niemand diesen Newsletter.

web-embed-title = { $title }: das Formular auf Ihren eigenen Seiten
web-embed-lead = Mit einem dieser beiden HTML-Stücke können sich Besucher einer anderen Website anmelden. Beide brauchen weder Skripte noch Cookies.
web-embed-form = Ein Formular
web-embed-form-hint = Es sieht aus wie die Seite, auf der es steht. Anmeldungen damit zählen als solche ohne Sicherheitsprüfung, von denen es nur eine begrenzte Zahl je Stunde geben darf.
web-embed-frame = Unser Formular in einem Rahmen
web-embed-frame-hint = Es bringt sein Aussehen und die Sicherheitsprüfung mit. Nur Seiten der Websites aus der Einstellung embed.origins dürfen es zeigen.
web-embed-origins = Diese Websites dürfen es: { $origins }
web-embed-no-origins = Zurzeit darf es keine Website.
web-embed-link = Formular in andere Seiten einbauen

web-publish-title = Ausgabe veröffentlichen
web-publish-of = { $title }
web-publish-recipients = Empfängerinnen und Empfänger
web-publish-languages = Sprachen
web-publish-items = Nachrichten in dieser Ausgabe
web-publish-items-count = { $count ->
    [one] Eine Nachricht
   *[other] { $count } Nachrichten
}
web-publish-missing = Nicht jede Nachricht gibt es in jeder Sprache: { $languages }. Diese Leserinnen und Leser erhalten nur, was in ihrer Sprache bereit ist.
web-publish-who = Wer bekommt was?
web-publish-gets = { $language }: { $readers } bekommen die Ausgabe »{ $edition }«.
web-publish-gets-nothing = { $language }: { $readers } bekommen nichts.
web-publish-left-out = Nicht in dieser Ausgabe, weil vorbei oder abgesagt: { $headlines }
web-publish-check = Die Prüfung vor dem Versand
web-publish-check-fine = Sie hat keine Fehler gefunden.
web-publish-check-errors = Sie hat Fehler gefunden, über die Leserinnen und Leser stolpern würden. Bitte beheben Sie sie zuerst.
web-publish-check-others = { $count ->
    [one] Eine Warnung oder ein Hinweis
   *[other] { $count } Warnungen und Hinweise
}
web-publish-despite = Trotz der Fehler veröffentlichen. Dafür stehe ich ein: { $name }. Das wird festgehalten.
web-publish-refused = Die Ausgabe wurde nicht veröffentlicht, weil die Prüfung Fehler gefunden hat. Beheben Sie sie, oder kreuzen Sie unten an, dass Sie dafür einstehen.
web-publish-final = Nach dem Veröffentlichen lässt sich die Ausgabe nicht mehr ändern. Sie können den Versand aber anhalten.
web-publish-submit = Jetzt veröffentlichen
web-publish-back = Zurück zur Übersicht
web-publish-nothing = Es ist keine Nachricht bereit. Deshalb wurde nichts veröffentlicht.
web-publish-settings = Es fehlen Einstellungen, ohne die keine Ausgabe verschickt werden darf: { $names }.
web-publish-unsigned = Für die Absenderadresse dieses Newsletters gibt es keinen DKIM-Schlüssel, deshalb geht nichts hinaus. Bitte wenden Sie sich an die Person, die den Server betreut: Einstellung dkim.keys.
web-publish-settings-short = Es fehlen Einstellungen, ohne die keine Ausgabe verschickt werden darf.
web-publish-nobody = Zurzeit bezieht niemand diesen Newsletter. Die Ausgabe erscheint dann nur im Archiv.

web-issue-title = { $title }: Ausgabe { $number }
web-issue-title-unnumbered = { $title }: nächste Ausgabe
web-issue-refresh = Aktualisieren
web-issue-as-of = Stand: { $time }
web-issue-held = Diese Ausgabe wartet auf eine Entscheidung: { $reason }
web-issue-unknown = Bei den zweifelhaften E-Mails ist offen, ob der Mailserver sie noch angenommen hat. Wenn Sie sie noch einmal senden, bekommt sie vielleicht jemand doppelt. Wenn Sie sie als verschickt ansehen, bekommt sie vielleicht jemand nicht.
web-issue-resend = Noch einmal senden
web-issue-accept = Als verschickt ansehen
web-issue-retry = Fehlgeschlagene E-Mails noch einmal senden
web-issue-progress = { $count ->
    [one] { $done } von 1 E-Mail ist erledigt
   *[other] { $done } von { $total } E-Mails sind erledigt
}
web-issue-ledger = Versand
web-issue-pause = Anhalten
web-issue-resume = Fortsetzen
web-issue-cancel = Versand abbrechen
web-issue-despite = Trotz Fehlern freigeben
web-issue-despite-done = { $name } hat diese Ausgabe am { $time } veröffentlicht, obwohl die Prüfung Fehler gefunden hatte.
web-issue-refused = Die Ausgabe wurde nicht freigegeben, weil die Prüfung Fehler gefunden hat. Beheben Sie sie, oder geben Sie trotz der Fehler frei. Das wird mit Ihrem Namen festgehalten.
web-issue-check = Was sagt die Prüfung?
web-issue-release = Freigeben
web-issue-not-now = Das geht im jetzigen Zustand der Ausgabe nicht.
web-issue-open = Ausgabe { $number } ansehen
web-issue-read = Im Archiv lesen

web-said-published = Ausgabe { $number } ist veröffentlicht und unterwegs. Sie können diese Seite schließen.
web-said-paused = Der Versand ist angehalten. { $sent } von { $total } E-Mails sind verschickt.
web-said-resumed = Der Versand geht weiter. { $open } von { $total } E-Mails stehen noch aus.
web-said-released = Ausgabe { $number } ist freigegeben. { $open } von { $total } E-Mails stehen noch aus.
web-said-cancelled = Der Versand ist abgebrochen. { $sent } E-Mails waren schon verschickt, { $left } wurden ausgelassen.
web-said-unplanned = Die nächste Ausgabe ist abgesagt. Es wurde nichts verschickt. Die Nachrichten stehen weiter bereit.
web-said-resent = { $count ->
    [one] Eine E-Mail wird noch einmal gesendet.
   *[other] { $count } E-Mails werden noch einmal gesendet.
}
web-said-accepted = { $count ->
    [one] Eine E-Mail gilt jetzt als verschickt.
   *[other] { $count } E-Mails gelten jetzt als verschickt.
}
web-said-taken = Die Nachricht steht jetzt in der nächsten Ausgabe.
web-said-put-back = Die Nachricht ist für später zurückgestellt.
web-ask-cancel = Versand von Ausgabe { $number } abbrechen?
web-ask-cancel-lead = { $sent } von { $total } E-Mails sind verschickt. Die { $open }, die noch warten, werden dann nie mehr verschickt. Das lässt sich nicht rückgängig machen.
web-ask-cancel-submit = Versand abbrechen
web-ask-unplan = Nächste Ausgabe absagen?
web-ask-unplan-lead = Es ist noch nichts verschickt, und es wird nichts verschickt. Die Nachrichten bleiben für eine andere Ausgabe bereit.
web-ask-unplan-submit = Ausgabe absagen
web-ask-resend = { $unknown ->
    [one] Diese E-Mail noch einmal senden?
   *[other] Diese { $unknown } E-Mails noch einmal senden?
}
web-ask-resend-lead = Ob sie angekommen sind, ist offen. Wer schon eine bekommen hat, bekommt sie dann doppelt.
web-ask-resend-submit = Noch einmal senden
web-ask-accept = { $unknown ->
    [one] Diese E-Mail als verschickt ansehen?
   *[other] Diese { $unknown } E-Mails als verschickt ansehen?
}
web-ask-accept-lead = Ob sie angekommen sind, ist offen. Wer keine bekommen hat, bekommt dann auch keine mehr. Das lässt sich nicht rückgängig machen.
web-ask-accept-submit = Als verschickt ansehen
web-ask-back = Nein, zurück

web-course-rate = Tempo
web-course-second = etwa { $rate } E-Mails pro Sekunde
web-course-minute = { $count ->
    [one] etwa eine E-Mail pro Minute
   *[other] etwa { $count } E-Mails pro Minute
}
web-course-left = Noch
web-course-soon = weniger als eine Minute
web-course-minutes = { $count ->
    [one] etwa eine Minute
   *[other] etwa { $count } Minuten
}
web-course-hours = { $count ->
    [one] etwa eine Stunde
   *[other] etwa { $count } Stunden
}
web-course-deferred = Aufgeschoben
web-course-deferred-next = { $count ->
    [one] Der Mailserver hat eine E-Mail aufgeschoben. Sie ist fällig: { $time }.
   *[other] Der Mailserver hat { $total } E-Mails aufgeschoben. Die nächste ist fällig: { $time }.
}
web-course-rests = Der Versand ruht bis { $time }, weil der Mailserver gestört ist: { $reason }. Niemandem unter den Empfangenden wird das angelastet.
web-refusals = Die letzten Ablehnungen des Mailservers
web-refusals-said = Seine Antwort
web-refusals-count = E-Mails
web-doubts = Zweifelhafte E-Mails
web-doubts-to = Adresse
web-doubts-when = Wann
web-doubts-heard = Was zuletzt zu hören war
web-doubts-since = zweifelhaft seit { $time }
web-doubts-tried = zuerst versucht { $time }
web-doubts-nothing = nichts
web-doubts-resent = { $count ->
    [one] schon einmal erneut gesendet
   *[other] schon { $count }-mal erneut gesendet
}
web-doubts-more = Gezeigt sind nur die ersten { $count }. Der Befehl „rundbrief issue unknown“ zeigt alle.

web-state-draft = Entwurf
web-state-scheduled = geplant
web-state-preparing = wird vorbereitet
web-state-sending = wird verschickt
web-state-paused = angehalten
web-state-sent = verschickt
web-state-held = wartet auf Sie
web-state-cancelled = abgebrochen

web-count-recipients = Empfangende
web-count-queued = wartend
web-count-claimed = in Arbeit
web-count-transmitting = in Übertragung
web-count-sent = verschickt
web-count-bounced = unzustellbar
web-count-failed = gescheitert
web-count-unknown = zweifelhaft
web-count-skipped = ausgelassen

web-sessions-title = Ihre Sitzungen
web-sessions-lead = Hier sehen Sie, wo Sie angemeldet sind. Beenden Sie eine Sitzung, wenn Sie sie nicht kennen.
web-sessions-started = Angemeldet
web-sessions-seen = Zuletzt benutzt
web-sessions-current = Diese Sitzung
web-sessions-revoke = Sitzung beenden
web-sessions-revoked = Die Sitzung ist beendet.

## Demo

web-demo-banner = Vorführung: Es werden keine echten E-Mails verschickt.
web-demo-mails = Abgefangene E-Mails
web-demo-title = Abgefangene E-Mails
web-demo-lead = In der Vorführung verlässt keine E-Mail diesen Rechner. Hier sehen Sie jede so, wie sie ankommen würde.
web-demo-tour = So probieren Sie alles aus
web-demo-step-subscribe = Abonnieren Sie einen Newsletter.
web-demo-step-confirm = Öffnen Sie hier die Bestätigungs-Mail und bestätigen Sie.
web-demo-step-publish = Melden Sie sich in der Redaktion an und veröffentlichen Sie eine Ausgabe.
web-demo-step-read = Lesen Sie sie hier, und bestellen Sie den Newsletter mit einem Klick wieder ab.
web-demo-none = Noch ist keine E-Mail angekommen.
web-demo-from = Von
web-demo-to = An
web-demo-date = Datum
web-demo-subject = Betreff
web-demo-html = Gestaltete Fassung
web-demo-text = Textfassung
web-demo-headers = Kopfzeilen
web-demo-back = Alle E-Mails
web-demo-refresh = Aktualisieren
web-demo-frame = Die E-Mail „{ $subject }“, wie sie im Mailprogramm aussieht
web-demo-unreadable = Diese Datei ließ sich nicht als E-Mail lesen.

## What can be wrong with an e-mail address (domain/address.rs) and with a name (domain/header.rs)

address-error-empty = Bitte geben Sie Ihre E-Mail-Adresse an.
address-error-no-at = In einer E-Mail-Adresse kommt ein @ vor, zum Beispiel name@example.org.
address-error-several = Bitte geben Sie genau eine E-Mail-Adresse mit genau einem @ an.
address-error-display-name = Bitte geben Sie nur die Adresse an, ohne Namen und ohne spitze Klammern.
address-error-control = In der E-Mail-Adresse ist ein unsichtbares Zeichen oder ein Zeilenumbruch. Bitte tippen Sie sie neu.
address-error-space = In der E-Mail-Adresse ist ein Leerzeichen. Bitte entfernen Sie es.
address-error-quoted = Adressen mit Anführungszeichen können wir nicht verwenden.
address-error-comment = Runde Klammern gehören nicht in eine E-Mail-Adresse.
address-error-domain-literal = Nach dem @ muss ein Name stehen, keine IP-Nummer.
address-error-local-empty = Vor dem @ fehlt etwas, zum Beispiel name@example.org.
address-error-local-dots = Der Teil vor dem @ darf nicht mit einem Punkt anfangen oder aufhören und keine zwei Punkte hintereinander haben.
address-error-local-character = Das Zeichen „{ $character }“ ist vor dem @ nicht möglich.
address-error-local-international = Unser Mailserver kann leider nicht an Adressen mit solchen Zeichen vor dem @ senden. Bitte nehmen Sie eine andere Adresse.
address-error-own-international = Diese Adresse steht in jeder E-Mail. Vor dem @ sind deshalb keine Umlaute möglich.
address-error-local-too-long = Der Teil vor dem @ ist zu lang.
address-error-domain-empty = Nach dem @ fehlt etwas, zum Beispiel name@example.org.
address-error-domain-no-dot = Nach dem @ fehlt eine Endung wie .de oder .org.
address-error-domain-dots = Der Teil nach dem @ darf nicht mit einem Punkt anfangen oder aufhören und keine zwei Punkte hintereinander haben.
address-error-domain-invalid = Den Teil nach dem @ gibt es so nicht. Bitte prüfen Sie ihn.
address-error-too-long = Die E-Mail-Adresse ist zu lang.
header-error-control = Der Name enthält einen Zeilenumbruch oder ein unsichtbares Zeichen. Bitte tippen Sie ihn neu.
header-error-too-long = Der Name ist zu lang.

## What can be wrong with a password (domain/staff.rs)

password-error-too-short = Das Passwort ist zu kurz. Es braucht mindestens 12 Zeichen.
password-error-too-long = Das Passwort ist zu lang. Es darf höchstens 256 Zeichen haben.
password-error-too-easy = Dieses Passwort wäre schnell erraten. Bitte nehmen Sie eines mit mehr eigenen Einfällen.
password-error-hashing = Das Passwort konnte gerade nicht gespeichert werden. Bitte versuchen Sie es noch einmal.
