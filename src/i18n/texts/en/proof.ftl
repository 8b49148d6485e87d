# Proofs of dispatch (`rundbrief proof`).

proof-title = Proof of dispatch
proof-issue = { $name }, issue { $number }
proof-of-one = What was sent to { $address }
proof-made = Made on { $time } by { $organisation }, { $url }
proof-private = This document holds personal data. Keep it no longer than the proof is needed.
proof-about-link = What this document proves, and its hash

proof-facts = The issue
proof-published = Published
proof-sent = Last mail ended
proof-stands = State
proof-zone = Times are given in { $zone } and in UTC.
proof-editions = What was sent
proof-edition = Edition
proof-subject = Subject
proof-from = From
proof-content = SHA-256 of the frozen content
proof-unchanged = unchanged since it was published
proof-changed = NOT what was noted when it was published
proof-numbers = In numbers
proof-state = What became of it
proof-count = Mails
proof-recipients = To whom, when, and the mail server’s answer
proof-to = Recipient
proof-answer = The mail server’s answer
proof-edition-of = Edition: { $language }
proof-answer-to = { $stage ->
    [MAIL] answer to the sender’s address (MAIL)
    [RCPT] answer to the recipient’s address (RCPT)
    [DATA] answer to the announcement of the mail (DATA)
    [final-dot] answer to the end of the mail (final dot)
   *[other] answer to { $stage }
}
proof-no-answer = { $stage ->
    [final-dot] no answer came to the end of the mail (final dot)
   *[other] no answer came ({ $stage })
}
proof-never = No mail was begun.
proof-nothing-heard = No answer is recorded.
proof-begun = begun { $time }
proof-put-off = { $count ->
    [one] one earlier attempt
   *[other] { $count } earlier attempts
}
proof-resent = { $count ->
    [one] sent again once after doubt, the same to the octet
   *[other] sent again { $count } times after doubt, the same to the octet
}

proof-state-sent = handed over
proof-state-accepted = taken as sent by staff
proof-state-queued = not sent yet
proof-state-claimed = not sent yet, about to be
proof-state-transmitting = being handed over
proof-state-bounced = refused
proof-state-failed = not handed over
proof-state-unknown = in doubt
proof-state-skipped = left out

proof-reason-address = the recipient’s address was refused
proof-reason-content = the mail server refused the message as such; the recipient is not to blame
proof-reason-policy = the mail server refused it by its own rules; the recipient is not to blame
proof-reason-gave-up = the mail server put it off for too long
proof-reason-expired = it could not be handed over in time
proof-reason-unsubscribed = the recipient had unsubscribed before
proof-reason-cancelled = the issue was cancelled before
proof-reason-suppressed = nothing may be sent to this address
proof-reason-unmade = no mail could be made for this recipient
proof-reason-silent = the mail server may have taken it, but its answer to the end of the mail did not come
proof-reason-died = the process that handed it over ended before it could write the answer down
proof-reason-accepted = the mail server’s answer had not come, and staff decided to take the mail as sent
proof-reason-deferred = the mail server put it off; it is tried again

proof-about = What this document proves
proof-about-rows = Each row is what the ledger of this installation holds about one mail. “Handed over” means: the mail server answered the end of the mail with a code from 200 to 299 and took responsibility for it (RFC 5321, section 4.2.5). It does not mean that the mail was put into a mailbox, or read. The text that was sent is the frozen content with the hash above; only the salutation and the recipient’s own links differ from mail to mail.
proof-about-hash = The SHA-256 below is taken over every octet of this document before the line it stands on begins. “rundbrief proof verify” checks it, and so does anybody with the command:
proof-about-limits = The hash shows that this document is the one the hash was made of: it binds the content and nothing more. Whoever changes the document can compute a new hash, so keep the hash in a second place if that matters to you.
proof-about-key = The HMAC can be made only with the key file of the installation. “rundbrief proof verify” says there whether this installation made the document, and compares it with the ledger as it is then. Neither value is a signature or a time stamp by a third party: whoever runs the installation could have made another document.
