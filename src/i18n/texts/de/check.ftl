# Was die Prüfung vor dem Versand sagt: zu jeder Regel der Befund und die Abhilfe. Die Namen sind die von `domain::check::Rule`.

check-severity-error = Fehler
check-severity-warning = Warnung
check-severity-hint = Hinweis

check-item = Meldung { $number }, { $part }
check-part-edition = Ausgabe
check-part-subject = Betreff
check-part-intro = Einleitung
check-part-kicker = Dachzeile
check-part-headline = Überschrift
check-part-image = Bild
check-part-lead = Vorspann
check-part-body = Text
check-part-event = Termin
check-part-link = Link
check-part-download = Download
check-part-checked-by = Prüfvermerk
check-part-closing = Schluss
check-part-funding = Förderung
check-part-html = HTML-Teil
check-part-text = Textteil

check-edition-missing = Keine Meldung hat einen Text in dieser Sprache. Darum gibt es diese Ausgabe nicht.
check-edition-missing-mend = Ergänzen Sie einen Text in dieser Sprache oder nehmen Sie die Sprache aus dem Newsletter. Bis dahin bekommen diese Leserinnen und Leser eine andere Ausgabe.
check-language-missing = Diese Meldung hat keinen Text in dieser Sprache.
check-language-missing-mend = Ergänzen Sie den Text. Sonst erscheint diese Ausgabe ohne die Meldung.
check-funding-expired = Dieser Förderhinweis galt bis { $date } und wird nicht mehr gezeigt.
check-funding-expired-mend = Nehmen Sie ihn heraus. Wenn die Förderung weitergeht, geben Sie ein neues Ende an.
check-funding-not-begun = Dieser Förderhinweis gilt ab { $date } und wird noch nicht gezeigt.
check-funding-not-begun-mend = Wenn das stimmt, ist nichts zu tun. Sonst ändern Sie den Beginn.
check-funding-none = Heute gilt kein Förderhinweis. Niemand wird als Förderer genannt.
check-funding-none-mend = Sehen Sie nach, wer heute genannt werden muss, und ergänzen Sie den Hinweis.
check-event-past = Dieser Termin ist vorbei oder abgesagt und bleibt draußen.
check-event-past-mend = Wenn das stimmt, ist nichts zu tun. Sonst schreiben Sie eine neue Meldung mit dem neuen Termin.
check-event-place = Der Termin sagt weder, wo er stattfindet, noch, wie man online teilnimmt.
check-event-place-mend = Ergänzen Sie „place“ oder „online“.
check-download-unchecked = Niemand hat bestätigt, dass alle dieses PDF lesen können.
check-download-unchecked-mend = Lassen Sie es prüfen (PDF/UA oder mit einem Screenreader) und schreiben Sie „downloads_checked: true“. Oder sagen Sie dasselbe im Text.

check-subject-empty = Der Betreff ist leer.
check-subject-empty-mend = Schreiben Sie, worum es geht.
check-subject-reply = Der Betreff sieht aus wie eine Antwort oder eine Weiterleitung.
check-subject-reply-mend = Nehmen Sie „Re:“, „Fwd:“, „AW:“ oder „WG:“ heraus. Filter halten das für einen Trick.
check-subject-long = Der Betreff hat { $count } Zeichen. Telefone zeigen etwa { $limit }.
check-subject-long-mend = Kürzen Sie ihn oder stellen Sie das Wichtige nach vorn.
check-subject-capitals = Der Betreff steht ganz in Großbuchstaben.
check-subject-capitals-mend = Schreiben Sie ihn normal. Großbuchstaben sind schwer zu lesen, und Filter misstrauen ihnen.
check-subject-exclamation = Der Betreff hat { $count } Ausrufezeichen.
check-subject-exclamation-mend = Eines genügt.
check-emoji = Hier steht ein Emoji.
check-emoji-mend = Sagen Sie es mit Worten. Screenreader lesen Emojis vor, und nicht alle sehen dasselbe Bild.

check-placeholder = Das sieht aus wie ein Rest aus einem Entwurf.
check-placeholder-mend = Schreiben Sie, was dort hingehört.
check-example-link = { $count ->
    [one] Dieser Link führt zu einer Domain, die es nur für Beispiele gibt.
   *[other] { $count } Links führen zu Domains, die es nur für Beispiele gibt.
}
check-example-link-mend = Setzen Sie die richtige Adresse ein.
check-word-lost = { $part ->
    [html] Dieses Wort fehlt im HTML-Teil der Mail.
   *[other] Dieses Wort fehlt im Textteil der Mail.
}
check-word-lost-mend = Schreiben Sie die Stelle anders, und sagen Sie es der Person, die diesen Server betreut: Das darf nicht vorkommen.
check-number-jump = Die Zahlen am Anfang dieser Zeilen zählen nicht fortlaufend.
check-number-jump-mend = Nummerieren Sie eine Liste mit 1, 2, 3. Sonst müssen Sie nichts tun: Die Zahlen bleiben, wie Sie sie geschrieben haben.
check-sign-visible = Hier werden Zeichen zu sehen sein, die wohl als Formatierung gemeint sind.
check-sign-visible-mend = Setzen Sie ** direkt vor den ersten und hinter den letzten Buchstaben dessen, was fett sein soll.
check-picture-left = Bilder mitten im Text werden nicht angezeigt.
check-picture-left-mend = Geben Sie der Nachricht ihr Bild mit „image:“, oder verlinken Sie eine Seite, die es zeigt.
check-intro-missing = Andere Sprachen haben hier einen Text, diese hat keinen.
check-intro-missing-mend = Ergänzen Sie die Übersetzung.

check-alt-missing = Niemand hat dieses Bild beschrieben.
check-alt-missing-mend = Schreiben Sie, was es zeigt („alt“), oder „decorative: true“, wenn es nichts sagt.
check-alt-file-name = Die Bildbeschreibung ist ein Dateiname.
check-alt-file-name-mend = Schreiben Sie, was das Bild zeigt.
check-alt-phrase = Die Beschreibung beginnt damit, dass es ein Bild ist.
check-alt-phrase-mend = Das sagen Screenreader schon. Beginnen Sie mit dem, was zu sehen ist.
check-alt-long = Die Beschreibung hat { $count } Zeichen. Niemand kann darin anhalten.
check-alt-long-mend = Sagen Sie es in { $limit } Zeichen und den Rest im Text.
check-image-size = Dem Bild fehlt die Breite oder die Höhe.
check-image-size-mend = Geben Sie in der Vorlage beides an, damit die Seite beim Laden nicht springt.
check-image-form = Mailprogramme zeigen ein solches Bild nicht.
check-image-form-mend = Nehmen Sie PNG oder JPEG von unserem Server.

check-link-words = Diese Worte sagen nicht, wohin der Link führt.
check-link-words-mend = Verlinken Sie die Worte, die das Ziel nennen: „das Programm“, nicht „hier“.
check-link-bare = Als Worte eines Links steht dort eine lange Adresse.
check-link-bare-mend = Verlinken Sie Worte, die sagen, wohin es geht.
check-link-ambiguous = Links mit denselben Worten führen an verschiedene Orte.
check-link-ambiguous-mend = Geben Sie jedem eigene Worte.
check-link-scheme = Einen solchen Link darf eine Mail nicht haben. Er würde weggelassen.
check-link-scheme-mend = Nehmen Sie eine Adresse mit https://, mailto: oder tel:.
check-link-http = Dieser Link ist nicht verschlüsselt.
check-link-http-mend = Probieren Sie, ob die Adresse auch mit https:// geht.
check-link-dead = An dieser Adresse ist nichts mehr.
check-link-dead-mend = Suchen Sie die neue Adresse oder nehmen Sie den Link heraus.
check-link-unreachable = Diese Adresse war nicht zu erreichen: { $why }
check-link-unreachable-mend = Probieren Sie sie im Browser. Manche Server weisen Programme ab, dann ist alles gut.

check-heading-order = Die Überschriften sind nicht geordnet: eine der ersten Stufe, und abwärts wird keine übersprungen.
check-heading-order-mend = Beginnen Sie Überschriften im Text mit „##“ und überspringen Sie keine Stufe.
check-contrast-light = Die Schrift ({ $ink }) hebt sich zu wenig vom Grund ({ $ground }) ab: { $ratio } zu 1.
check-contrast-light-mend = Nehmen Sie in der Vorlage eine dunklere oder hellere Farbe. Es müssen 4,5 zu 1 sein.
check-contrast-dark = Im dunklen Schema hebt sich die Schrift ({ $ink }) zu wenig vom Grund ({ $ground }) ab: { $ratio } zu 1.
check-contrast-dark-mend = Nehmen Sie in der Vorlage eine andere Farbe für das dunkle Schema. Es müssen 4,5 zu 1 sein.
check-html-language = Die Ausgabe sagt nicht, in welcher Sprache sie ist.
check-html-language-mend = Geben Sie in der Vorlage lang="…" an: bei <html> und noch einmal beim ersten Element in <body>.
check-layout-table = Eine Layout-Tabelle sagt nicht, dass sie keine Daten enthält.
check-layout-table-mend = Ergänzen Sie in der Vorlage, was dort fehlt.
check-html-forbidden = Mailprogramme nehmen das heraus oder misstrauen der Mail deswegen.
check-html-forbidden-mend = Nehmen Sie es aus der Vorlage.
check-text-small = Hier ist die Schrift nur { $size } px groß.
check-text-small-mend = Nehmen Sie in der Vorlage mindestens 14 px.
check-html-size = Der HTML-Teil hat { $count } kB. Gmail schneidet Mails bei etwa { $limit } kB ab, und die Abmeldung mit ihnen.
check-html-size-mend = Nehmen Sie weniger in diesen Rundbrief, oder kürzen Sie Texte und verlinken Sie sie.

check-link-not-in-text = Dieser Link fehlt im Textteil.
check-link-not-in-text-mend = Ergänzen Sie ihn in der Text-Vorlage.
check-link-not-in-html = Dieser Link fehlt im HTML-Teil.
check-link-not-in-html-mend = Ergänzen Sie ihn in der HTML-Vorlage.
check-headline-not-in-html = Diese Überschrift fehlt im HTML-Teil.
check-headline-not-in-html-mend = Ergänzen Sie sie in der HTML-Vorlage.
check-headline-not-in-text = Diese Überschrift fehlt im Textteil.
check-headline-not-in-text-mend = Ergänzen Sie sie in der Text-Vorlage.
check-unsubscribe-missing = Der Link zum Abmelden fehlt.
check-unsubscribe-missing-mend = Ergänzen Sie ihn in der Vorlage. Ohne ihn darf nichts hinausgehen.
check-unsubscribe-late = Der erste Link zum Abmelden kommt nach { $count } Zeichen.
check-unsubscribe-late-mend = Setzen Sie in der Vorlage einen nach oben.

check-text-line = Eine Zeile im Textteil hat { $count } Spalten. { $limit } passen überall.
check-text-line-mend = Brechen Sie die Zeile in der Text-Vorlage um.
check-text-ruler = Ein Screenreader liest diese Zeile Zeichen für Zeichen vor.
check-text-ruler-mend = Nehmen Sie stattdessen eine leere Zeile.

check-simple-unchecked = Niemand aus der Zielgruppe hat diesen Text geprüft. Die Ausgabe heißt „Einfache Sprache“.
check-simple-unchecked-mend = Lassen Sie ihn prüfen und schreiben Sie, wer es wann war: „checked_by: WER, JJJJ-MM-TT“.
check-simple-sentence = Der Satz hat { $count } Wörter. { $limit } genügen.
check-simple-sentence-mend = Machen Sie zwei Sätze daraus, mit je einem Gedanken.
check-simple-compound = Das Wort ist lang ({ $count } Buchstaben).
check-simple-compound-mend = Teilen Sie es mit Bindestrich oder Mediopunkt, oder sagen Sie es mit kürzeren Wörtern.
check-simple-passive = Das sieht aus wie ein Passiv.
check-simple-passive-mend = Sagen Sie, wer es tut.
check-simple-genitive = Das sieht aus wie ein Genitiv.
check-simple-genitive-mend = Sagen Sie es mit „von“ oder „vom“.
check-simple-negation = Der Satz sagt, was nicht ist.
check-simple-negation-mend = Sagen Sie, was ist, wenn es geht.
check-simple-negations = Der Satz verneint mehr als einmal.
check-simple-negations-mend = Sagen Sie es ohne, oder in zwei Sätzen.
check-simple-foreign = Dieses Wort kennen nicht alle.
check-simple-foreign-mend = Nehmen Sie ein leichteres oder erklären Sie es: „Ein Webinar ist …“.
check-simple-subjunctive = Der Satz sagt, was wäre.
check-simple-subjunctive-mend = Sagen Sie, was ist, oder „vielleicht“.
check-simple-abbreviation = Hier steht eine Abkürzung.
check-simple-abbreviation-mend = Schreiben Sie sie aus.
check-simple-number = Hier steht eine Zahl als Wort.
check-simple-number-mend = Schreiben Sie Ziffern: 3, nicht „drei“.
check-simple-roman = Das sind römische Zahlen.
check-simple-roman-mend = Schreiben Sie Ziffern.
check-simple-italics = Schräge Schrift ist schwer zu lesen.
check-simple-italics-mend = Nehmen Sie fette Schrift, und wenig davon.
check-simple-capitals = Das Wort steht ganz in Großbuchstaben.
check-simple-capitals-mend = Schreiben Sie es normal.
