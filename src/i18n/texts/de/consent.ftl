# Worin Menschen einwilligen. Ein geänderter Text bekommt von selbst eine neue Fassung; frühere Einwilligungen behalten die alte.

consent-wording = Ich möchte den Newsletter »{ $title }« von { $organisation } per E-Mail erhalten. { $description } Diese Einwilligung kann ich jederzeit mit Wirkung für die Zukunft widerrufen, über den Abmeldelink in jeder Mail.

privacy-controller = Verantwortlich: { $organisation }, { $address }. Ansprechstelle für Fragen zum Datenschutz: { $contact }.
privacy-officer = Datenschutzbeauftragte Person: { $officer }.
privacy-purpose = Wir verarbeiten Ihre E-Mail-Adresse, um Ihnen den bestellten Newsletter zu senden. Rechtsgrundlage ist Ihre Einwilligung (Art. 6 Abs. 1 Buchst. a DSGVO). Nötig ist nur die E-Mail-Adresse; ein Name ist freiwillig. Eine automatisierte Entscheidung findet nicht statt.
privacy-data = Wir speichern Ihre E-Mail-Adresse, die gewählte Sprache, Ihren Namen, falls Sie ihn angeben, und den Nachweis Ihrer Einwilligung: den Wortlaut, dem Sie zugestimmt haben, und die Zeitpunkte von Anfrage, Bestätigung und Widerruf. Ihre IP-Adresse speichern wir nicht.
privacy-recipients = Empfänger: unser Hosting-Dienstleister ({ $hoster }) und der Dienstleister, der unsere Mails befördert ({ $relay }).
privacy-limits = Gegen Missbrauch des Formulars zählen wir Anmeldungen je Netzwerkadresse, höchstens einen Tag lang. Dafür speichern wir einen verschlüsselten Prüfwert, aus dem niemand die Adresse lesen kann; die Adresse selbst speichern wir dafür nicht (Art. 6 Abs. 1 Buchst. f DSGVO).
privacy-network = Mit Ihrer Anmeldung speichern wir { $network_days } Tage lang die Netzwerkadresse, von der sie kam, als Teil des Nachweises (Art. 6 Abs. 1 Buchst. f DSGVO).
privacy-network-short = Mit Ihrer Anmeldung speichern wir { $network_days } Tage lang die gekürzte Netzwerkadresse, von der sie kam, als Teil des Nachweises (Art. 6 Abs. 1 Buchst. f DSGVO).
privacy-storage = Wenn Sie Ihre Anmeldung nicht innerhalb von { $confirmation_days } Tagen bestätigen, verfällt sie und der Bestätigungslink wird ungültig. Wir speichern Ihre Daten, solange Sie den Newsletter beziehen. Einzelheiten zu einzelnen Mails bewahren wir { $delivery_days } Tage auf, den Nachweis Ihrer Einwilligung { $proof_years } Jahre nach dem Ende des Jahres, in dem Sie sich abmelden.
privacy-rights = Sie haben das Recht auf Auskunft, Berichtigung, Löschung, Einschränkung der Verarbeitung, Datenübertragbarkeit und Widerspruch (Art. 15 bis 18, 20 und 21 DSGVO). Ihre Einwilligung können Sie jederzeit widerrufen; was bis dahin geschehen ist, bleibt rechtmäßig.
privacy-authority = Sie können sich bei einer Aufsichtsbehörde beschweren, zum Beispiel: { $authority }.
privacy-tracking = Unsere Mails und Seiten verfolgen niemanden: keine Zählpixel, keine umgeleiteten Links, keine Cookies für Besucherinnen und Besucher.
