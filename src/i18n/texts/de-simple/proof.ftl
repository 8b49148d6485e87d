# Versandnachweise in Leichter Sprache (`rundbrief proof`).

proof-title = Nachweis: Das haben wir verschickt
proof-issue = { $name }, Nummer { $number }
proof-of-one = Das haben wir an { $address } geschickt
proof-made = Gemacht am { $time } von { $organisation }, { $url }
proof-private = In diesem Dokument stehen Daten von Menschen. Heben Sie es nur so lange auf wie nötig.
proof-about-link = Was zeigt dieses Dokument? Und wie kann man es prüfen?

proof-facts = Der Newsletter
proof-published = Veröffentlicht
proof-sent = Fertig mit der letzten E-Mail
proof-stands = So steht es
proof-zone = Die Zeiten stehen in { $zone } und in UTC.
proof-editions = Das haben wir geschickt
proof-edition = Sprache
proof-subject = Betreff
proof-from = Absender
proof-content = Prüf·zahl vom Inhalt (SHA-256)
proof-unchanged = Der Inhalt ist noch der gleiche.
proof-changed = Der Inhalt ist NICHT mehr der gleiche.
proof-numbers = Wie viele E-Mails
proof-state = Was ist passiert?
proof-count = E-Mails
proof-recipients = An wen, wann, und was sagt der Mail-Server?
proof-to = An wen
proof-answer = Das sagt der Mail-Server
proof-edition-of = Sprache: { $language }
proof-answer-to = { $stage ->
    [MAIL] Das war die Antwort auf unsere Adresse (MAIL).
    [RCPT] Das war die Antwort auf die Adresse von der Person (RCPT).
    [DATA] Das war die Antwort vor der E-Mail (DATA).
    [final-dot] Das war die Antwort nach der E-Mail (final dot).
   *[other] Das war die Antwort auf { $stage }.
}
proof-no-answer = { $stage ->
    [final-dot] Nach der E-Mail kam keine Antwort (final dot).
   *[other] Es kam keine Antwort ({ $stage }).
}
proof-never = Wir haben keine E-Mail angefangen.
proof-nothing-heard = Wir haben keine Antwort aufgeschrieben.
proof-begun = angefangen { $time }
proof-put-off = { $count ->
    [one] Davor gab es einen Versuch.
   *[other] Davor gab es { $count } Versuche.
}
proof-resent = { $count ->
    [one] Wir haben die gleiche E-Mail noch einmal geschickt.
   *[other] Wir haben die gleiche E-Mail noch { $count } Mal geschickt.
}

proof-state-sent = verschickt
proof-state-accepted = gilt als verschickt
proof-state-queued = noch nicht verschickt
proof-state-claimed = kommt gleich dran
proof-state-transmitting = gerade unterwegs
proof-state-bounced = nicht angenommen
proof-state-failed = hat nicht geklappt
proof-state-unknown = wissen wir nicht
proof-state-skipped = nicht verschickt

proof-reason-address = Die Adresse stimmt nicht.
proof-reason-content = Der Mail-Server wollte diese E-Mail nicht.
proof-reason-policy = Der Mail-Server hat eigene Regeln. Die Adresse ist nicht schuld.
proof-reason-gave-up = Der Mail-Server hat zu lange gesagt: später.
proof-reason-expired = Es hat zu lange gedauert.
proof-reason-unsubscribed = Die Person hatte sich vorher abgemeldet.
proof-reason-cancelled = Wir hatten vorher ganz aufgehört.
proof-reason-suppressed = An diese Adresse dürfen wir nichts schicken.
proof-reason-unmade = Wir konnten die E-Mail nicht machen.
proof-reason-silent = Vielleicht hat der Mail-Server die E-Mail. Seine Antwort kam nicht.
proof-reason-died = Unser Programm ist beim Verschicken ausgefallen.
proof-reason-accepted = Die Antwort fehlt. Unser Team sagt: Das gilt als verschickt.
proof-reason-deferred = Der Mail-Server sagt: später. Wir versuchen es noch einmal.

proof-about = Was zeigt dieses Dokument?
proof-about-rows = Jede Zeile ist eine E-Mail. „Verschickt“ heißt: Der Mail-Server hat die E-Mail genommen. Das hat er mit einer Zahl von 200 bis 299 gesagt (RFC 5321, Abschnitt 4.2.5). Es heißt nicht: Jemand hat die E-Mail bekommen oder gelesen. Oben steht die Prüf·zahl vom Inhalt. Nur die Anrede und die Links sind bei jeder Person anders.
proof-about-hash = Unten steht eine Prüf·zahl: SHA-256. Sie gilt für alles, was in diesem Dokument vor ihr steht. Prüfen kann man sie mit „rundbrief proof verify“ oder mit diesem Befehl:
proof-about-limits = Die Prüf·zahl zeigt: Das ist noch das gleiche Dokument. Mehr zeigt sie nicht. Wer das Dokument ändert, kann eine neue Prüf·zahl machen. Schreiben Sie die Prüf·zahl darum noch an einem anderen Ort auf.
proof-about-key = Die zweite Prüf·zahl heißt HMAC. Sie geht nur mit dem geheimen Schlüssel von unserem Programm. „rundbrief proof verify“ sagt dort: Dieses Dokument ist von uns. Es sagt auch: Das steht heute noch so in der Liste. Beides ist keine Unterschrift und kein Stempel von jemand anderem.
