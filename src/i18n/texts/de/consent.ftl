# Worin Menschen einwilligen. Ein geänderter Text bekommt von selbst eine neue Fassung; frühere Einwilligungen behalten die alte.

consent-wording = Ich möchte den Newsletter »{ $title }« von { $organisation } per E-Mail erhalten. { $description } Diese Einwilligung kann ich jederzeit mit Wirkung für die Zukunft widerrufen, über den Abmeldelink in jeder Mail.

privacy-controller =
    ## Wer verantwortlich ist
    { $organisation }, { $address }. Fragen zum Datenschutz richten Sie an: { $contact }.
privacy-officer = Datenschutzbeauftragte Person: { $officer }.
privacy-data =
    ## Welche Daten wir verarbeiten
    Ihre E-Mail-Adresse, die gewählte Sprache, Ihren Namen, falls Sie ihn angeben, und den Nachweis Ihrer Einwilligung: den Wortlaut, dem Sie zugestimmt haben, und die Zeitpunkte von Anfrage, Bestätigung und Widerruf. Dazu kommt zu jeder Mail, wann sie an den Mailserver übergeben wurde und was er geantwortet hat.
privacy-duty = Nötig ist nur die E-Mail-Adresse: Ohne sie können wir Ihnen keinen Newsletter senden. Alle anderen Angaben sind freiwillig. Gesetzlich oder vertraglich verpflichtet sind Sie zu keiner.
privacy-network-none = Die Netzwerkadresse (IP-Adresse), von der eine Anmeldung kommt, speichern wir nicht.
privacy-network-truncated = Mit Ihrer Anmeldung speichern wir { $network_days } Tage lang die gekürzte Netzwerkadresse (IP-Adresse), von der sie kam, um Missbrauch nachgehen zu können (Art. 6 Abs. 1 Buchst. f DSGVO).
privacy-network-full = Mit Ihrer Anmeldung speichern wir { $network_days } Tage lang die Netzwerkadresse (IP-Adresse), von der sie kam, um Missbrauch nachgehen zu können (Art. 6 Abs. 1 Buchst. f DSGVO).
privacy-limits = Gegen Missbrauch des Formulars zählen wir Anmeldungen je Netzwerkadresse, höchstens einen Tag lang. Dafür speichern wir einen verschlüsselten Prüfwert, aus dem niemand die Adresse lesen kann.
privacy-purpose =
    ## Wozu und auf welcher Grundlage
    Wir verarbeiten Ihre Daten, um Ihnen den bestellten Newsletter zu senden. Grundlage ist Ihre Einwilligung (Art. 6 Abs. 1 Buchst. a DSGVO), die Sie über den Link in der Bestätigungsmail erteilen. Den Nachweis führen wir, weil das Gesetz ihn verlangt (Art. 5 Abs. 2 und Art. 7 Abs. 1 DSGVO). Der Schutz vor Missbrauch ist unser berechtigtes Interesse (Art. 6 Abs. 1 Buchst. f DSGVO). Eine automatisierte Entscheidung oder ein Profiling findet nicht statt.
privacy-recipients =
    ## Wer die Daten erhält
privacy-hoster = Den Server betreibt für uns: { $hoster }.
privacy-relay = Die Mails befördert für uns: { $relay }.
privacy-no-recipients = Server und Mailversand betreiben wir selbst. Außer uns und dem Anbieter Ihres Postfachs erhält niemand Ihre Daten.
privacy-at-home = Eine Übermittlung in Länder außerhalb der Europäischen Union und des Europäischen Wirtschaftsraums ist nicht vorgesehen.
privacy-abroad = Übermittlung in Länder außerhalb der Europäischen Union und des Europäischen Wirtschaftsraums: { $third_country }
privacy-storage =
    ## Wie lange wir die Daten speichern
    Eine Anmeldung, die Sie nicht innerhalb von { $confirmation_days } Tagen bestätigen, wird gelöscht. Eine bestätigte speichern wir, solange Sie den Newsletter beziehen. Einzelheiten zu einzelnen Mails bewahren wir { $delivery_days } Tage auf. Den Nachweis Ihrer Einwilligung und der gesendeten Mails bewahren wir bis { $proof_years } Jahre nach dem Ende des Jahres auf, in dem Sie sich abmelden (Verjährung nach §§ 195, 199 BGB). Adressen, an die wir nicht mehr senden dürfen, stehen nur als Schlüsselwert auf einer Sperrliste.
privacy-rights =
    ## Ihre Rechte
    Sie haben das Recht auf Auskunft (Art. 15 DSGVO), Berichtigung (Art. 16), Löschung (Art. 17), Einschränkung der Verarbeitung (Art. 18) und Datenübertragbarkeit (Art. 20), und Sie können der Verarbeitung widersprechen (Art. 21).
privacy-withdrawal = Ihre Einwilligung können Sie jederzeit widerrufen, am einfachsten über den Abmeldelink in jeder Mail. Was bis dahin geschehen ist, bleibt rechtmäßig.
privacy-complaint = Sie können sich bei einer Datenschutz-Aufsichtsbehörde beschweren (Art. 77 DSGVO).
privacy-authority = Für uns zuständig ist: { $authority }.
privacy-tracking =
    ## Keine Beobachtung
    Unsere Mails und Seiten verfolgen niemanden: keine Zählpixel, keine umgeleiteten Links, keine Cookies für Besucherinnen und Besucher, nichts von anderen Anbietern.
