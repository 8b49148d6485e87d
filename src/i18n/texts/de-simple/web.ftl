# Words of the web pages in Leichte Sprache: one thought a sentence, no passive voice, no subjunctive,
# long words divided by a middle dot, every sentence on a line of its own (DIN SPEC 33429).

## Every page

web-skip = Zum Inhalt
web-languages = Sprache von dieser Seite
web-about = Über diese Internet·seite
web-language = Leichte Sprache
web-newsletters = Newsletter
web-imprint = Impressum
web-privacy = Daten·schutz
web-accessibility = Barriere·freiheit
web-home = Zur Start·seite
web-required = Das müssen Sie ausfüllen
web-optional = Das dürfen Sie leer lassen
web-errors-heading = Hier fehlt noch etwas

## Start page

web-home-title = Newsletter
web-home-lead =
    Newsletter spricht man so: Njus-letter.
    Ein Newsletter ist eine E-Mail mit Nachrichten.
    Sie suchen sich einen Newsletter aus.
    Sie können jederzeit wieder aufhören.
web-home-none = Im Moment gibt es hier keinen Newsletter.
web-home-subscribe = Bestellen
web-home-subscribe-to = { $title } bestellen
web-home-archive = Ältere Newsletter lesen
web-home-archive-of = Ältere Newsletter lesen: { $title }
web-home-search = In allen Newslettern suchen

## Form

web-form-title = { $title } bestellen
web-form-email = Ihre E-Mail-Adresse
web-form-email-hint = Zum Beispiel: name@example.org
web-form-language = In welcher Sprache möchten Sie lesen?
web-form-name = Ihr Name
web-form-name-hint = Mit dem Namen begrüßen wir Sie in der E-Mail.
web-form-consent = Sie erlauben uns das
web-form-privacy = Das machen wir mit Ihren Daten
web-form-next =
    Wir schicken Ihnen dann eine E-Mail.
    In der E-Mail ist ein Link.
    Klicken Sie auf den Link.
    Dann bekommen Sie den Newsletter.
web-form-submit = Newsletter bestellen
web-form-error-language =
    Diesen Newsletter gibt es nicht in dieser Sprache.
    Bitte suchen Sie eine andere Sprache aus.
web-form-error-wording =
    Der Text mit der Erlaubnis ist jetzt anders.
    Bitte lesen Sie den Text noch einmal.
    Klicken Sie dann noch einmal auf den Knopf.
web-form-error-wait = { $minutes ->
    [one]
    Im Moment melden sich sehr viele Menschen an.
    Bitte warten Sie 1 Minute.
    Schicken Sie dann das Formular noch einmal ab.
   *[other]
    Im Moment melden sich sehr viele Menschen an.
    Bitte warten Sie { $minutes } Minuten.
    Schicken Sie dann das Formular noch einmal ab.
}
web-form-error-wait-hours =
    Im Moment melden sich sehr viele Menschen an.
    Bitte warten Sie { $hours } Stunden.
    Schicken Sie dann das Formular noch einmal ab.
web-form-error-proof =
    Die Sicherheits·prüfung hat nicht geklappt.
    Bitte schicken Sie das Formular noch einmal ab.
web-form-trap = Bitte schreiben Sie hier nichts
web-form-work-begun =
    Ihr Computer macht eine Sicherheits·prüfung.
    Sie können weiter schreiben.
web-form-work-done = Die Sicherheits·prüfung ist fertig.
web-form-work-waiting =
    Bitte warten Sie kurz.
    Die Sicherheits·prüfung ist noch nicht fertig.
    Danach wird das Formular abgeschickt.
web-form-work-failed =
    Die Sicherheits·prüfung geht im Moment nicht.
    Das Formular wird ohne Prüfung abgeschickt.

## After the form

web-asked-title = Bitte lesen Sie jetzt Ihre E-Mails
web-asked-lead = Wir haben Ihnen eine E-Mail geschickt.
web-asked-step-open = Öffnen Sie die E-Mail.
web-asked-step-link = Klicken Sie auf den Link in der E-Mail.
web-asked-step-confirm =
    Dann öffnet sich eine Seite.
    Klicken Sie dort auf den Knopf.
web-asked-nothing =
    Sie finden keine E-Mail?
    Dann schauen Sie im Spam-Ordner nach.
    Vielleicht war die Adresse falsch.
    Dann füllen Sie das Formular noch einmal aus.
    Am selben Tag schicken wir die E-Mail nur einmal.

## Confirmation

web-confirm-title = Möchten Sie den Newsletter bekommen?
web-confirm-lead = Sie möchten diesen Newsletter bekommen:
web-confirm-lead-many = Sie möchten diese Newsletter bekommen:
web-confirm-submit = Ja, ich möchte das
web-confirm-not-you =
    Sie möchten das nicht?
    Dann schließen Sie diese Seite.
    Dann schicken wir Ihnen keine E-Mails mehr.
web-confirmed-title = Es hat geklappt
web-confirmed-lead =
    Vielen Dank.
    Das bekommen Sie ab jetzt von uns:
web-confirmed-leave =
    Sie können jederzeit aufhören.
    In jeder E-Mail ist dafür ein Link.
web-confirmed-latest =
    Hier ist unser letzter Newsletter.
    Sie können ihn jetzt lesen:
web-confirmed-before-title = Sie haben schon Ja gesagt
web-confirmed-before-lead =
    Alles ist fertig.
    Das bekommen Sie von uns:
web-expired-title = Der Link ist zu alt
web-expired-lead =
    Der Link funktioniert nicht mehr.
    Möchten Sie den Newsletter noch?
    Dann füllen Sie das Formular noch einmal aus.
    Wir schicken Ihnen dann einen neuen Link.
web-expired-form = Zum Formular
web-unknown-link-title = Der Link funktioniert nicht
web-unknown-link-lead =
    Vielleicht fehlt ein Teil vom Link.
    Öffnen Sie die E-Mail noch einmal.
    Klicken Sie dort auf den Link.

## Leaving

web-leave-title = Newsletter nicht mehr bekommen
web-leave-lead =
    Sie bekommen den Newsletter „{ $title }“.
    Möchten Sie ihn nicht mehr?
web-leave-this = Diesen Newsletter nicht mehr schicken
web-leave-all = Gar keinen Newsletter mehr schicken
web-leave-others = { $count ->
    [one] Sie bekommen noch einen anderen Newsletter von uns.
   *[other] Sie bekommen noch { $count } andere Newsletter von uns.
}
web-leave-effect =
    Klicken Sie auf den Knopf.
    Dann schicken wir nichts mehr.
    Sie müssen nicht sagen, warum.
web-left-title = Wir schicken Ihnen nichts mehr
web-left-lead = Sie bekommen den Newsletter „{ $title }“ nicht mehr.
web-left-all-lead = Sie bekommen keinen Newsletter mehr von uns.
web-left-again =
    War das ein Fehler?
    Sie können den Newsletter neu bestellen.
web-left-form = Newsletter neu bestellen
web-left-plain = Wir schicken Ihnen nichts mehr.

## Preferences

web-preferences-title = Ihre Einstellungen
web-preferences-lead =
    Hier können Sie Ihren Namen ändern.
    Sie können eine andere Sprache aussuchen.
    Sie können auch mit einem Newsletter aufhören.
web-preferences-saved = Wir haben alles gespeichert.
web-preferences-name-hint = Sie müssen keinen Namen sagen.
web-preferences-leave = { $title } nicht mehr bekommen
web-preferences-pending = Sie haben noch nicht Ja gesagt
web-preferences-ended = Sie bekommen ihn nicht mehr
web-preferences-none = Sie bekommen im Moment keinen Newsletter.
web-preferences-submit = Speichern

## Archive

web-archive-title = { $title }: alle Newsletter
web-archive-lead =
    Hier können Sie alle Newsletter lesen.
    Der neueste steht oben.
web-archive-none = In dieser Sprache gibt es noch keinen Newsletter.
web-archive-number = Nummer { $number }
web-archive-feed = Nachrichten als Atom-Feed lesen
web-archive-subscribe = Newsletter bestellen
web-archive-languages = Newsletter in einer anderen Sprache
web-archive-pages = Mehr Seiten
web-archive-older = Ältere Newsletter
web-archive-newest = Neueste Newsletter
web-archives-title = Alle Newsletter
web-archives-lead =
    Hier können Sie ältere Newsletter lesen.
    Und Sie können in allen Nachrichten suchen.
web-archives-link = Alle Newsletter ansehen
web-search-label = Nachrichten suchen
web-search-submit = Suchen
web-search-title = Sie suchen: { $words }
web-search-in = In diesem Newsletter: { $title }
web-search-in-all = In allen Newslettern
web-search-range = Das sind die Nachrichten { $from } bis { $to }
web-search-none = Wir haben nichts gefunden
web-search-tip-fewer =
    Schreiben Sie weniger Wörter.
    Oder schreiben Sie andere Wörter.
web-search-tip-spelling =
    Prüfen Sie:
    Ist jedes Wort richtig geschrieben?
web-search-tip-language =
    Suchen Sie in einer anderen Sprache.
    Oder suchen Sie in allen Newslettern.
web-search-next = Mehr Nachrichten
web-search-previous = Zurück
web-search-others = In einer anderen Sprache suchen
web-search-everywhere = In allen Newslettern suchen
web-search-back = Zurück zu den Newslettern

## Legal pages

web-imprint-title = Impressum
web-imprint-provider = Wer macht diese Internet·seite?
web-imprint-represented = Wer ist die Chefin oder der Chef?
web-imprint-contact = So erreichen Sie uns
web-imprint-email = E-Mail
web-imprint-phone = Telefon
web-imprint-register = Register
web-imprint-vat = Steuer·nummer für die Umsatz·steuer
web-imprint-authority = Wer prüft uns?
web-imprint-responsible = Wer ist für die Texte verantwortlich?
web-imprint-missing = Hier steht noch nichts.
web-privacy-title = Daten·schutz
web-privacy-missing = Hier steht noch nichts.

## Errors

web-error-400-title = Da hat etwas gefehlt
web-error-400-lead =
    Bitte gehen Sie zurück.
    Versuchen Sie es noch einmal.
web-error-403-title = Das geht hier nicht
web-error-403-lead =
    Bitte laden Sie die Seite neu.
    Versuchen Sie es dann noch einmal.
web-error-404-title = Diese Seite gibt es nicht
web-error-404-lead =
    Vielleicht ist die Adresse falsch.
    Oder es gibt die Seite nicht mehr.
web-error-405-title = So geht es leider nicht
web-error-405-lead = Bitte fangen Sie auf der Start·seite noch einmal an.
web-error-413-title = Das war zu viel Text
web-error-413-lead =
    Bitte schreiben Sie weniger.
    Versuchen Sie es dann noch einmal.
web-error-429-title = Das waren zu viele Versuche
web-error-429-lead =
    Bitte warten Sie einen Moment.
    Versuchen Sie es dann noch einmal.
web-error-500-title = Hier ist etwas kaputt
web-error-500-lead =
    Das ist unser Fehler.
    Sie haben nichts falsch gemacht.
    Bitte versuchen Sie es später noch einmal.

## For programs

web-api-error-type = Bitte schicken Sie JSON: Content-Type: application/json.
web-api-error-json = Das JSON ist falsch.
web-api-error-newsletter = Diesen Newsletter gibt es nicht.
web-api-error-proof =
    Die Sicherheits·prüfung hat nicht geklappt.
    Bitte lösen Sie eine neue Aufgabe.

## Staff

web-staff = Redaktion
web-staff-nav = Teile der Redaktion
web-staff-desk = Übersicht
web-staff-sessions = Anmeldungen
web-staff-sign-out = Abmelden
web-staff-role = Ihre Aufgabe: { $role }
web-staff-role-author = Texte schreiben
web-staff-role-editor = Newsletter verschicken
web-staff-role-admin = Verwaltung
web-staff-role-privacy = Daten·schutz
web-staff-role-viewer = Nur lesen

web-sign-in-title = Anmelden in der Redaktion
web-sign-in-password = Passwort
web-sign-in-submit = Anmelden
web-sign-in-refused =
    Die E-Mail-Adresse und das Passwort passen nicht zusammen.
    Bitte prüfen Sie beides.
web-sign-in-wait = { $seconds ->
    [one] Das waren zu viele Versuche. Bitte warten Sie eine Sekunde.
   *[other] Das waren zu viele Versuche. Bitte warten Sie { $seconds } Sekunden.
}
web-sign-in-done = Sie sind abgemeldet.
web-sign-in-invited =
    Wir haben Ihr Passwort gespeichert.
    Melden Sie sich jetzt damit an.

web-invitation-title = Denken Sie sich ein Passwort aus
web-invitation-lead =
    Willkommen in der Redaktion.
    Das Passwort gilt für { $address }.
web-invitation-hint =
    Das Passwort muss mindestens 12 Zeichen haben.
    Nehmen Sie mehrere Wörter.
    Die Wörter sollen nicht zusammen passen.
web-invitation-submit = Passwort speichern
web-invitation-unknown-title = Die Einladung gilt nicht mehr
web-invitation-unknown-lead =
    Vielleicht ist die Einladung zu alt.
    Oder Sie haben die Einladung schon benutzt.
    Bitten Sie die Verwaltung um eine neue Einladung.

web-desk-title = Übersicht
web-desk-none =
    Es gibt noch keinen Newsletter.
    So legen Sie einen an: rundbrief newsletter add
web-desk-fenced =
    Zurzeit wird nichts verschickt.
    Vielleicht sind die Daten alt.
    Wer den Server betreibt, muss erst nachsehen.
    Mit diesem Befehl: rundbrief instance status
web-desk-ready = Fertig für den nächsten Newsletter
web-desk-ready-count = { $count ->
    [one] Eine Nachricht ist fertig
   *[other] { $count } Nachrichten sind fertig
}
web-desk-nothing-ready = Es ist keine Nachricht fertig.
web-desk-drafts = Noch nicht fertig
web-desk-take = In den nächsten Newsletter
web-desk-take-of = „{ $title }“ kommt in den nächsten Newsletter
web-desk-later = Für später
web-desk-later-of = Für später: „{ $title }“
web-desk-used = Diese Nachricht ist schon verschickt. Oder sie ist gelöscht.
web-desk-preview = Vorher ansehen
web-desk-preview-of = Den nächsten Newsletter { $title } vorher ansehen
web-desk-publish = Newsletter verschicken
web-desk-publish-of = Newsletter { $title } verschicken
web-desk-issues = Alle Nummern
web-desk-no-issues = Es gibt noch keine Nummer.
web-desk-subscribers = { $count ->
    [0] Niemand bekommt diesen Newsletter
    [one] Eine Person bekommt diesen Newsletter
   *[other] { $count } Personen bekommen diesen Newsletter
}
web-desk-public-page = Formular ansehen
web-desk-archive = Ältere Newsletter ansehen
web-desk-private = Nicht öffentlich

web-item-title = Nachricht
web-item-source = Diese Nachricht kommt von dieser Internet-Seite: { $address }

web-preview-title = Den nächsten Newsletter ansehen
web-preview-editions = Sprache
web-preview-views = So sieht er aus
web-preview-wide = Am Computer
web-preview-narrow = Am Handy
web-preview-no-images = Ohne Bilder
web-preview-no-style = Ohne Gestaltung
web-preview-dark = Dunkel
web-preview-text = Nur Text
web-preview-source = Der Code
web-preview-reader = So sieht ihn eine bestimmte Person
web-preview-as = Hier steht der Name von { $reader }. Diese Person bekommt: { $language }.
web-preview-anyone = Wieder für alle zeigen
web-preview-address = E-Mail-Adresse von der Person
web-preview-look = Zeigen
web-preview-test = Als E-Mail an Sie
web-preview-test-hint = Die E-Mail geht nur an { $address }. Sonst bekommt sie niemand.
web-preview-send = Test-E-Mail schicken
web-preview-sent = Die Test-E-Mail kommt gleich.
web-preview-suppressed = An Ihre Adresse dürfen wir nichts schicken.
web-preview-nobody = Diese Person bekommt diesen Newsletter nicht.

web-embed-title = { $title }: das Formular auf anderen Internet·seiten
web-embed-lead =
    Hier sehen Sie 2 Stücke HTML.
    Damit kommt das Formular auf eine andere Internet·seite.
web-embed-form = Ein Formular
web-embed-form-hint =
    Es sieht aus wie die andere Internet·seite.
    Es hat keine Sicherheits·prüfung.
    Darum sind nur wenige Anmeldungen in der Stunde möglich.
web-embed-frame = Unser Formular in einem Rahmen
web-embed-frame-hint =
    Es sieht aus wie hier.
    Es hat eine Sicherheits·prüfung.
    Nur bestimmte Internet·seiten dürfen es zeigen.
    Sie stehen in der Einstellung embed.origins.
web-embed-origins = Diese Internet·seiten dürfen es zeigen: { $origins }
web-embed-no-origins = Im Moment darf es keine Internet·seite zeigen.
web-embed-link = Das Formular auf anderen Seiten zeigen

web-publish-title = Newsletter verschicken
web-publish-of = { $title }
web-publish-recipients = So viele Personen bekommen ihn
web-publish-languages = Sprachen
web-publish-items = Diese Nachrichten sind im Newsletter
web-publish-items-count = { $count ->
    [one] Eine Nachricht
   *[other] { $count } Nachrichten
}
web-publish-missing =
    Nicht jede Nachricht gibt es in jeder Sprache.
    Hier fehlt etwas: { $languages }.
    Diese Personen bekommen weniger Nachrichten.
web-publish-who = Wer bekommt was?
web-publish-gets = { $language }: { $readers } Menschen bekommen den Newsletter in dieser Sprache: { $edition }.
web-publish-gets-nothing = { $language }: { $readers } Menschen bekommen nichts.
web-publish-left-out = Das steht nicht in diesem Newsletter. Denn es ist vorbei oder abgesagt: { $headlines }
web-publish-check = Die Prüfung
web-publish-check-fine = Es gibt keine Fehler.
web-publish-check-errors = Es gibt Fehler. Bitte ändern Sie das zuerst.
web-publish-check-others = Es gibt noch { $count } Hinweise
web-publish-despite = Ich will den Newsletter trotzdem verschicken. Ich bin dafür verantwortlich: { $name }. Das schreiben wir auf.
web-publish-refused = Es gibt Fehler. Darum ist der Newsletter nicht verschickt. Ändern Sie die Fehler. Oder kreuzen Sie unten an: Ich bin verantwortlich.
web-publish-final =
    Danach können Sie den Newsletter nicht mehr ändern.
    Aber Sie können das Verschicken anhalten.
web-publish-submit = Jetzt verschicken
web-publish-back = Zurück zur Übersicht
web-publish-nothing =
    Es ist keine Nachricht fertig.
    Darum haben wir nichts verschickt.
web-publish-settings =
    Es fehlen Einstellungen: { $names }.
    Ohne sie dürfen wir nichts verschicken.
web-publish-unsigned =
    Es fehlt ein Schlüssel für die Absender·adresse.
    Der Schlüssel heißt: DKIM.
    Deshalb wird nichts verschickt.
    Bitte fragen Sie die Person, die den Server betreut.
    Die Einstellung heißt: dkim.keys
web-publish-settings-short =
    Es fehlen Einstellungen.
    Darum dürfen wir nichts verschicken.
web-publish-nobody =
    Im Moment bekommt niemand diesen Newsletter.
    Man kann ihn dann nur im Internet lesen.

web-issue-title = { $title }: Nummer { $number }
web-issue-title-unnumbered = { $title }: nächste Nummer
web-issue-refresh = Neu laden
web-issue-as-of = So war es am { $time }
web-issue-held = Dieser Newsletter wartet auf Sie: { $reason }
web-issue-unknown =
    Bei manchen E-Mails wissen wir nicht: Sind sie angekommen?
    Sie können die E-Mails noch einmal schicken.
    Dann bekommt eine Person vielleicht 2 E-Mails.
    Oder Sie schicken die E-Mails nicht noch einmal.
    Dann bekommt eine Person vielleicht keine E-Mail.
web-issue-resend = Noch einmal schicken
web-issue-accept = Nicht noch einmal schicken
web-issue-retry = Was nicht geklappt hat: noch einmal schicken
web-issue-progress = { $count ->
    [one] { $done } von 1 E-Mail ist fertig
   *[other] { $done } von { $total } E-Mails sind fertig
}
web-issue-ledger = Verschicken
web-issue-pause = Anhalten
web-issue-resume = Weitermachen
web-issue-cancel = Ganz aufhören
web-issue-despite = Trotzdem freigeben
web-issue-despite-done = { $name } hat diesen Newsletter trotz Fehlern verschickt.
web-issue-refused = Es gibt Fehler. Darum ist der Newsletter nicht freigegeben. Ändern Sie die Fehler. Oder geben Sie ihn trotzdem frei. Dann schreiben wir Ihren Namen auf.
web-issue-check = Was sagt die Prüfung?
web-issue-release = Freigeben
web-issue-not-now = Das geht im Moment nicht.
web-issue-open = Nummer { $number } ansehen
web-issue-read = Im Internet lesen

web-said-published =
    Es hat geklappt.
    Wir verschicken die Nummer { $number } jetzt.
    Sie können diese Seite schließen.
web-said-paused =
    Das Verschicken ist angehalten.
    { $sent } von { $total } E-Mails sind verschickt.
web-said-resumed =
    Das Verschicken geht weiter.
    { $open } von { $total } E-Mails fehlen noch.
web-said-released =
    Die Nummer { $number } ist freigegeben.
    { $open } von { $total } E-Mails fehlen noch.
web-said-cancelled =
    Wir verschicken nichts mehr.
    { $sent } E-Mails waren schon verschickt.
    { $left } E-Mails verschicken wir nicht.
web-said-unplanned =
    Die nächste Nummer fällt aus.
    Wir haben nichts verschickt.
    Die Nachrichten sind noch da.
web-said-resent = { $count ->
    [one] Wir schicken 1 E-Mail noch einmal.
   *[other] Wir schicken { $count } E-Mails noch einmal.
}
web-said-accepted = { $count ->
    [one] 1 E-Mail schicken wir nicht noch einmal.
   *[other] { $count } E-Mails schicken wir nicht noch einmal.
}
web-said-taken = Die Nachricht kommt in die nächste Nummer.
web-said-put-back = Die Nachricht kommt später.
web-ask-cancel = Mit der Nummer { $number } ganz aufhören?
web-ask-cancel-lead =
    { $sent } von { $total } E-Mails sind verschickt.
    { $open } E-Mails sind noch nicht verschickt.
    Diese E-Mails verschicken wir dann nie mehr.
web-ask-cancel-submit = Ganz aufhören
web-ask-unplan = Soll die nächste Nummer ausfallen?
web-ask-unplan-lead =
    Wir haben noch nichts verschickt.
    Die Nachrichten bleiben da.
    Sie können die Nachrichten später verschicken.
web-ask-unplan-submit = Ja, ausfallen lassen
web-ask-resend = { $unknown ->
    [one] Die E-Mail noch einmal schicken?
   *[other] Die { $unknown } E-Mails noch einmal schicken?
}
web-ask-resend-lead =
    Wir wissen nicht: Sind die E-Mails angekommen?
    Dann bekommt eine Person vielleicht 2 E-Mails.
web-ask-resend-submit = Noch einmal schicken
web-ask-accept = { $unknown ->
    [one] Die E-Mail nicht noch einmal schicken?
   *[other] Die { $unknown } E-Mails nicht noch einmal schicken?
}
web-ask-accept-lead =
    Wir wissen nicht: Sind die E-Mails angekommen?
    Dann bekommt eine Person vielleicht keine E-Mail.
web-ask-accept-submit = Nicht noch einmal schicken
web-ask-back = Nein, zurück

web-course-rate = So schnell geht es
web-course-second = ungefähr { $rate } E-Mails in einer Sekunde
web-course-minute = { $count ->
    [one] ungefähr eine E-Mail in einer Minute
   *[other] ungefähr { $count } E-Mails in einer Minute
}
web-course-left = So lange dauert es noch
web-course-soon = weniger als eine Minute
web-course-minutes = { $count ->
    [one] ungefähr eine Minute
   *[other] ungefähr { $count } Minuten
}
web-course-hours = { $count ->
    [one] ungefähr eine Stunde
   *[other] ungefähr { $count } Stunden
}
web-course-deferred = Das kommt später
web-course-deferred-next = { $count ->
    [one] Der Mail-Server sagt bei einer E-Mail: später. Wir versuchen es wieder: { $time }.
   *[other] Der Mail-Server sagt bei { $total } E-Mails: später. Wir versuchen es wieder: { $time }.
}
web-course-rests =
    Der Mail-Server hat ein Problem: { $reason }.
    Wir machen eine Pause bis { $time }.
    Keine Person ist daran schuld.
web-refusals = Das wollte der Mail-Server nicht
web-refusals-said = Das sagt der Mail-Server
web-refusals-count = E-Mails
web-doubts = Das wissen wir nicht
web-doubts-to = An wen
web-doubts-when = Wann
web-doubts-heard = Das war das Letzte
web-doubts-since = Wir wissen es nicht seit { $time }.
web-doubts-tried = Das haben wir versucht am { $time }.
web-doubts-nothing = nichts
web-doubts-resent = { $count ->
    [one] Wir haben es schon noch einmal geschickt.
   *[other] Wir haben es schon { $count } Mal geschickt.
}
web-doubts-more =
    Hier stehen nur die ersten { $count }.
    Der Befehl „rundbrief issue unknown“ zeigt alle.

web-state-draft = Entwurf
web-state-scheduled = geplant
web-state-preparing = in Vorbereitung
web-state-sending = unterwegs
web-state-paused = angehalten
web-state-sent = fertig verschickt
web-state-held = wartet auf Sie
web-state-cancelled = abgebrochen

web-count-recipients = Personen
web-count-queued = wartet noch
web-count-claimed = in Arbeit
web-count-transmitting = gerade unterwegs
web-count-sent = verschickt
web-count-bounced = nicht angekommen
web-count-failed = hat nicht geklappt
web-count-unknown = wissen wir nicht
web-count-skipped = nicht verschickt

web-sessions-title = Hier sind Sie angemeldet
web-sessions-lead =
    Kennen Sie eine Anmeldung nicht?
    Dann beenden Sie diese Anmeldung.
web-sessions-started = Angemeldet seit
web-sessions-seen = Zuletzt benutzt
web-sessions-current = Diese Anmeldung benutzen Sie gerade
web-sessions-revoke = Beenden
web-sessions-revoked = Die Anmeldung ist beendet.

## Demo

web-demo-banner =
    Das ist nur zum Ausprobieren.
    Wir verschicken keine echten E-Mails.
web-demo-mails = E-Mails zum Ansehen
web-demo-title = E-Mails zum Ansehen
web-demo-lead =
    Hier sehen Sie alle E-Mails vom Ausprobieren.
    Keine E-Mail verlässt diesen Computer.
web-demo-tour = So probieren Sie alles aus
web-demo-step-subscribe = Bestellen Sie einen Newsletter.
web-demo-step-confirm =
    Öffnen Sie hier die E-Mail.
    Klicken Sie auf den Link.
web-demo-step-publish =
    Melden Sie sich in der Redaktion an.
    Verschicken Sie einen Newsletter.
web-demo-step-read =
    Lesen Sie ihn hier.
    Melden Sie sich wieder ab.
web-demo-none = Es ist noch keine E-Mail da.
web-demo-from = Von
web-demo-to = An
web-demo-date = Datum
web-demo-subject = Betreff
web-demo-html = E-Mail mit Gestaltung
web-demo-text = E-Mail nur mit Text
web-demo-headers = Technische Daten
web-demo-back = Alle E-Mails
web-demo-refresh = Neu laden
web-demo-frame = So sieht die E-Mail „{ $subject }“ aus
web-demo-unreadable = Diese Datei können wir nicht lesen.

## What can be wrong with an e-mail address (domain/address.rs) and with a name (domain/header.rs)

address-error-empty = Bitte schreiben Sie Ihre E-Mail-Adresse in das Feld.
address-error-no-at =
    In der E-Mail-Adresse fehlt das Zeichen @.
    Zum Beispiel: name@example.org
address-error-several =
    Bitte schreiben Sie nur eine E-Mail-Adresse.
    Das Zeichen @ kommt nur einmal vor.
address-error-display-name =
    Bitte schreiben Sie nur die E-Mail-Adresse.
    Schreiben Sie keinen Namen dazu.
address-error-control =
    In der E-Mail-Adresse ist ein falsches Zeichen.
    Bitte schreiben Sie die Adresse neu.
address-error-space =
    In der E-Mail-Adresse ist eine Lücke.
    Bitte löschen Sie die Lücke.
address-error-quoted =
    In der E-Mail-Adresse sind Anführungs·zeichen.
    Das geht bei uns nicht.
address-error-comment =
    In der E-Mail-Adresse sind Klammern.
    Bitte löschen Sie die Klammern.
address-error-domain-literal =
    Nach dem @ muss ein Name stehen.
    Eine Nummer geht nicht.
address-error-local-empty =
    Vor dem @ fehlt etwas.
    Zum Beispiel: name@example.org
address-error-local-dots =
    Vor dem @ ist ein Punkt zu viel.
    Bitte prüfen Sie die Adresse.
address-error-local-character =
    Das Zeichen „{ $character }“ ist falsch.
    Bitte löschen Sie das Zeichen.
address-error-local-international =
    Vor dem @ ist ein besonderes Zeichen.
    An diese Adresse können wir nichts schicken.
    Bitte nehmen Sie eine andere Adresse.
address-error-own-international =
    Diese Adresse steht in jeder E-Mail.
    Vor dem @ dürfen keine Umlaute stehen.
address-error-local-too-long =
    Der Teil vor dem @ ist zu lang.
    Bitte prüfen Sie die Adresse.
address-error-domain-empty =
    Nach dem @ fehlt etwas.
    Zum Beispiel: name@example.org
address-error-domain-no-dot =
    Am Ende fehlt etwas.
    Zum Beispiel: .de oder .org
address-error-domain-dots =
    Nach dem @ ist ein Punkt zu viel.
    Bitte prüfen Sie die Adresse.
address-error-domain-invalid =
    Nach dem @ stimmt etwas nicht.
    Bitte prüfen Sie die Adresse.
address-error-too-long =
    Die E-Mail-Adresse ist zu lang.
    Bitte prüfen Sie die Adresse.
header-error-control =
    Im Namen ist ein falsches Zeichen.
    Bitte schreiben Sie den Namen neu.
header-error-too-long =
    Der Name ist zu lang.
    Bitte schreiben Sie ihn kürzer.

## What can be wrong with a password (domain/staff.rs)

password-error-too-short =
    Das Passwort ist zu kurz.
    Es muss mindestens 12 Zeichen haben.
password-error-too-long =
    Das Passwort ist zu lang.
    Es darf höchstens 256 Zeichen haben.
password-error-too-easy =
    Dieses Passwort kann man leicht erraten.
    Bitte nehmen Sie ein anderes.
password-error-hashing =
    Wir konnten das Passwort nicht speichern.
    Bitte versuchen Sie es noch einmal.
