# Versandnachweise (`rundbrief proof`).

proof-title = Versandnachweis
proof-issue = { $name }, Ausgabe { $number }
proof-of-one = Was an { $address } gesendet wurde
proof-made = Erstellt am { $time } von { $organisation }, { $url }
proof-private = Dieses Dokument enthält personenbezogene Daten. Bewahren Sie es nicht länger auf, als der Nachweis gebraucht wird.
proof-about-link = Was dieses Dokument nachweist, und seine Prüfsumme

proof-facts = Die Ausgabe
proof-published = Veröffentlicht
proof-sent = Letzte E-Mail beendet
proof-stands = Zustand
proof-zone = Zeiten stehen in { $zone } und in UTC.
proof-editions = Was gesendet wurde
proof-edition = Fassung
proof-subject = Betreff
proof-from = Absender
proof-content = SHA-256 des festgeschriebenen Inhalts
proof-unchanged = unverändert seit der Veröffentlichung
proof-changed = NICHT das, was bei der Veröffentlichung vermerkt wurde
proof-numbers = In Zahlen
proof-state = Was daraus wurde
proof-count = E-Mails
proof-recipients = An wen, wann, und die Antwort des Mailservers
proof-to = Empfängerin oder Empfänger
proof-answer = Antwort des Mailservers
proof-edition-of = Fassung: { $language }
proof-answer-to = { $stage ->
    [MAIL] Antwort auf die Absenderadresse (MAIL)
    [RCPT] Antwort auf die Empfängeradresse (RCPT)
    [DATA] Antwort auf die Ankündigung der E-Mail (DATA)
    [final-dot] Antwort auf das Ende der E-Mail (final dot)
   *[other] Antwort auf { $stage }
}
proof-no-answer = { $stage ->
    [final-dot] auf das Ende der E-Mail kam keine Antwort (final dot)
   *[other] es kam keine Antwort ({ $stage })
}
proof-never = Es wurde keine E-Mail begonnen.
proof-nothing-heard = Es ist keine Antwort vermerkt.
proof-begun = begonnen { $time }
proof-put-off = { $count ->
    [one] ein früherer Versuch
   *[other] { $count } frühere Versuche
}
proof-resent = { $count ->
    [one] nach Zweifel einmal erneut gesendet, auf das Byte gleich
   *[other] nach Zweifel { $count }-mal erneut gesendet, auf das Byte gleich
}

proof-state-sent = übergeben
proof-state-accepted = als verschickt angesehen
proof-state-queued = noch nicht gesendet
proof-state-claimed = noch nicht gesendet, gleich an der Reihe
proof-state-transmitting = wird gerade übergeben
proof-state-bounced = abgelehnt
proof-state-failed = nicht übergeben
proof-state-unknown = zweifelhaft
proof-state-skipped = ausgelassen

proof-reason-address = die Adresse wurde abgelehnt
proof-reason-content = der Mailserver hat die Nachricht als solche abgelehnt; an der Adresse liegt es nicht
proof-reason-policy = der Mailserver hat sie nach eigenen Regeln abgelehnt; an der Adresse liegt es nicht
proof-reason-gave-up = der Mailserver hat sie zu lange aufgeschoben
proof-reason-expired = sie konnte nicht rechtzeitig übergeben werden
proof-reason-unsubscribed = die Person hatte sich vorher abgemeldet
proof-reason-cancelled = der Versand der Ausgabe war vorher abgebrochen worden
proof-reason-suppressed = an diese Adresse darf nichts gesendet werden
proof-reason-unmade = für diese Adresse konnte keine E-Mail erstellt werden
proof-reason-silent = der Mailserver hat sie vielleicht angenommen, aber seine Antwort auf das Ende der E-Mail kam nicht
proof-reason-died = der Prozess, der sie übergab, endete, bevor er die Antwort vermerken konnte
proof-reason-accepted = die Antwort des Mailservers war ausgeblieben, und das Team hat die E-Mail als verschickt angesehen
proof-reason-deferred = der Mailserver hat sie aufgeschoben; sie wird erneut versucht

proof-about = Was dieses Dokument nachweist
proof-about-rows = Jede Zeile ist das, was das Versandbuch dieser Installation über eine E-Mail enthält. „Übergeben“ heißt: Der Mailserver hat auf das Ende der E-Mail mit einem Code von 200 bis 299 geantwortet und damit die Verantwortung für sie übernommen (RFC 5321, Abschnitt 4.2.5). Es heißt nicht, dass die E-Mail in einem Postfach ankam oder gelesen wurde. Gesendet wurde der festgeschriebene Inhalt mit der Prüfsumme oben; nur die Anrede und die persönlichen Links unterscheiden sich von E-Mail zu E-Mail.
proof-about-hash = Die SHA-256-Prüfsumme unten umfasst jedes Byte dieses Dokuments vor dem Beginn der Zeile, ab der sie steht. „rundbrief proof verify“ prüft sie, und jeder Mensch kann es mit diesem Befehl:
proof-about-limits = Die Prüfsumme zeigt, dass dieses Dokument das ist, über das sie gebildet wurde: Sie bindet den Inhalt, mehr nicht. Wer das Dokument ändert, kann eine neue berechnen. Bewahren Sie die Prüfsumme an einem zweiten Ort auf, wenn das für Sie wichtig ist.
proof-about-key = Der HMAC lässt sich nur mit der Schlüsseldatei der Installation bilden. „rundbrief proof verify“ sagt dort, ob diese Installation das Dokument erstellt hat, und vergleicht es mit dem Versandbuch, wie es dann ist. Keiner der beiden Werte ist eine Signatur oder ein Zeitstempel von dritter Seite: Wer die Installation betreibt, hätte auch ein anderes Dokument erstellen können.
