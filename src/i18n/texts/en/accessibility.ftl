# The accessibility statement (§ 12b BGG, Directive (EU) 2016/2102).

accessibility-title = Accessibility statement
accessibility-lead = This statement is about the newsletters of { $organisation }: the pages at { $place } and the e-mails that come from there.
accessibility-status = How accessible they are
accessibility-fully = Pages and e-mails conform to the German Accessible Information Technology Ordinance (BITV 2.0) and the standard EN 301 549. We measure them against the Web Content Accessibility Guidelines (WCAG) 2.2, level AA.
accessibility-partly = Pages and e-mails conform in part to the German Accessible Information Technology Ordinance (BITV 2.0) and the standard EN 301 549. We measure them against the Web Content Accessibility Guidelines (WCAG) 2.2, level AA. The next section says what is not accessible yet, and why.
accessibility-exceptions = What is not accessible yet
accessibility-checked = How we tested
accessibility-checked-how = The statement is based on a self-assessment. Each version of the software is tested on all public pages and in all languages: with the programs axe and html-validate, by keyboard alone, at 400 per cent zoom, with wider text spacing, in a light and a dark scheme. The editors answer for the texts and pictures of the newsletters.
accessibility-report = Report a barrier
accessibility-report-how = Have you come across a barrier, or do you need something in another form? Write to us:
accessibility-enforcement = If our answer does not satisfy you
accessibility-enforcement-how = Then you can turn to this body:
accessibility-date = Date
accessibility-reviewed = This statement was last reviewed on { $date }.
