//! The two lines that name sender and recipient, with exactly the parameters the relay offered (R73).

use std::fmt::Write as _;

use super::{Address, Capabilities, Outcome, Stage, reply, trouble};

pub(super) struct Commands {
    pub mail: String,
    pub rcpt: String,
}

impl Commands {
    /// `size` in octets, before dot-stuffing (RFC 1870 §3).
    pub(super) fn new(offered: &Capabilities, from: &str, to: &Address, size: usize) -> Result<Commands, Outcome> {
        if !is_path(from) || !from.is_ascii() {
            return Err(trouble(Stage::Mail, 0, "our own bounce address is unusable: check bounce.address"));
        }
        let recipient = to.wire();
        // The address was checked when it came in; the last writer checks again (R13).
        if !is_path(&recipient) {
            return Err(Outcome::Rejected(reply(Stage::Rcpt, 0, "the address cannot be written into an SMTP command")));
        }
        let utf8 = to.needs_smtputf8() || !recipient.is_ascii();
        if utf8 && !offered.smtputf8 {
            // RFC 6531 §3.2: never sent without the offer.
            let text = "the address has letters before the @ that need SMTPUTF8, which the relay does not offer or relay.smtputf8 does not allow";
            return Err(Outcome::Rejected(reply(Stage::Rcpt, 0, text)));
        }
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        if let Some(limit) = offered.size.filter(|limit| *limit > 0 && size > *limit) {
            // What the relay itself would say (RFC 1870 §6.1). It concerns the message, so it is told at DATA.
            let text = format!("5.3.4 the mail has {size} octets, the relay takes at most {limit}");
            return Err(Outcome::Rejected(reply(Stage::Data, 552, &text)));
        }
        let mut mail = format!("MAIL FROM:<{from}>");
        if offered.size.is_some() {
            let _ = write!(mail, " SIZE={size}");
        }
        if utf8 {
            mail.push_str(" SMTPUTF8");
        }
        let mut rcpt = format!("RCPT TO:<{recipient}>");
        if offered.dsn {
            // RFC 3461 §4: bounces without the text of the mail (R74), and only for failures.
            mail.push_str(" RET=HDRS");
            rcpt.push_str(" NOTIFY=FAILURE");
            if !utf8 {
                let _ = write!(rcpt, " ORCPT=rfc822;{}", xtext(&recipient));
            }
        }
        mail.push_str("\r\n");
        rcpt.push_str("\r\n");
        Ok(Commands { mail, rcpt })
    }
}

impl Commands {
    /// MAIL, RCPT and DATA for one write (RFC 2920 §3.1: DATA is the last of a group).
    pub(super) fn group(&self) -> String {
        format!("{}{}DATA\r\n", self.mail, self.rcpt)
    }
}

/// What may stand between `<` and `>` (RFC 5321 §4.1.2); quoted local parts are not accepted anywhere (R18).
fn is_path(address: &str) -> bool {
    !address.is_empty()
        && address.len() <= 254
        && !address.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"'))
}

/// RFC 3461 §4.
fn xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'+' | b'=' | ..=b' ' | 0x7f.. => {
                let _ = write!(out, "+{byte:02X}");
            }
            _ => out.push(char::from(byte)),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn commands(offered: &Capabilities, to: &str) -> (String, String) {
        let commands =
            Commands::new(offered, "bounce+x@example.org", &Address::parse(to).unwrap(), 1000).map_err(|o| panic!("{o:?}"));
        let Ok(Commands { mail, rcpt }) = commands;
        (mail, rcpt)
    }

    #[test]
    fn only_what_is_offered_is_used() {
        let to = "a+b=c@x.de";
        assert_eq!(
            commands(&Capabilities::default(), to),
            ("MAIL FROM:<bounce+x@example.org>\r\n".to_owned(), "RCPT TO:<a+b=c@x.de>\r\n".to_owned())
        );
        let all = Capabilities { size: Some(0), dsn: true, smtputf8: true, pipelining: true, ..Default::default() };
        assert_eq!(
            commands(&all, to),
            (
                "MAIL FROM:<bounce+x@example.org> SIZE=1000 RET=HDRS\r\n".to_owned(),
                "RCPT TO:<a+b=c@x.de> NOTIFY=FAILURE ORCPT=rfc822;a+2Bb+3Dc@x.de\r\n".to_owned()
            )
        );
        let (mail, rcpt) = commands(&all, "jürgen@münchen.de");
        assert_eq!(mail, "MAIL FROM:<bounce+x@example.org> SIZE=1000 SMTPUTF8 RET=HDRS\r\n");
        assert_eq!(rcpt, "RCPT TO:<jürgen@xn--mnchen-3ya.de> NOTIFY=FAILURE\r\n");
    }

    #[test]
    fn what_cannot_go_is_refused_before_the_relay_is_asked() {
        let to = Address::parse("ada@example.org").unwrap();
        let small = Capabilities { size: Some(999), ..Default::default() };
        let Err(Outcome::Rejected(too_big)) = Commands::new(&small, "b@example.org", &to, 1000) else { panic!("too big") };
        assert_eq!((too_big.stage, too_big.enhanced()), (Stage::Data, Some((5, 3, 4))));

        let none = Capabilities::default();
        let Err(Outcome::Rejected(eai)) =
            Commands::new(&none, "b@example.org", &Address::parse("jürgen@example.org").unwrap(), 1)
        else {
            panic!("needs SMTPUTF8")
        };
        assert!(eai.stage == Stage::Rcpt && eai.text.contains("SMTPUTF8"));

        for from in ["", "a b@example.org", "a@example.org>\r\nDATA", "jürgen@example.org"] {
            assert!(matches!(Commands::new(&none, from, &to, 1), Err(Outcome::RelayTrouble(_))), "{from}");
        }
    }
}
