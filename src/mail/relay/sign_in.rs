//! AUTH (RFC 4954): by password, or by an access token (XOAUTH2; OAUTHBEARER, RFC 7628). Reached only inside TLS or on this
//! machine, because the URL has no other forms (R71).
//!
//! An access token lives for an hour or so. It is read out of its file for each connection, so that whoever renews it needs
//! to tell us nothing; a connection that is open goes on with the one it began with.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::Auth;
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret as _, SecretString};

use super::greeting::{refused, say};
use super::smtp::Smtp;
use super::stream::Heard;
use super::url::{Login, Mechanisms, Server};
use super::{Outcome, Stage, trouble};

pub(super) async fn sign_in(smtp: &mut Smtp, server: &Server, login: &Login) -> Result<(), Outcome> {
    let wanted: &[&str] = match login.mechanisms {
        Mechanisms::Password => &["PLAIN", "LOGIN"],
        Mechanisms::Plain => &["PLAIN"],
        Mechanisms::Login => &["LOGIN"],
        Mechanisms::Xoauth2 => &["XOAUTH2"],
        Mechanisms::OauthBearer => &["OAUTHBEARER"],
    };
    let offered = smtp.capabilities().auth.clone();
    let Some(mechanism) = wanted.iter().find(|wanted| offered.iter().any(|offered| offered == **wanted)) else {
        let offer = if offered.is_empty() { "nothing".to_owned() } else { offered.join(", ") };
        let later = if smtp.capabilities().starttls { "; it may offer more inside TLS: add ?tls=required" } else { "" };
        let text = format!("the relay offers {offer} for signing in, relay.url allows {}{later}", wanted.join(" and "));
        return Err(trouble(Stage::Auth, 0, &text));
    };
    let secret = match &login.token_file {
        Some(path) => token(path).await?,
        None => login.password.clone(),
    };
    let heard = match *mechanism {
        "OAUTHBEARER" => oauth_bearer(smtp, server, login, &secret).await?,
        "XOAUTH2" => by_lettre(smtp, Mechanism::Xoauth2, login, &secret).await?,
        "LOGIN" => by_lettre(smtp, Mechanism::Login, login, &secret).await?,
        _ => by_lettre(smtp, Mechanism::Plain, login, &secret).await?,
    };
    if heard.code / 100 == 2 { Ok(()) } else { Err(refused(Stage::Auth, &heard)) }
}

async fn token(path: &Path) -> Result<SecretString, Outcome> {
    let failed = |why: &str| trouble(Stage::Auth, 0, &format!("relay.token_file {} {why}", path.display()));
    let text = tokio::fs::read_to_string(path).await.map_err(|error| failed(&format!("cannot be read: {error}")))?;
    match text.trim() {
        "" => Err(failed("is empty: it must hold an access token")),
        // RFC 6750 §2.1 has letters, digits and a few signs only; anything else could end the field it stands in.
        token if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(failed("holds more than an access token: it must be one line without spaces"))
        }
        token => Ok(SecretString::from(token)),
    }
}

async fn by_lettre(smtp: &mut Smtp, mechanism: Mechanism, login: &Login, secret: &SecretString) -> Result<Heard, Outcome> {
    let credentials = Credentials::new(login.user.clone(), secret.expose_secret().to_owned());
    let odd = |_| trouble(Stage::Auth, 0, "the relay asked for something else than user and password");
    let mut heard = say(smtp, Auth::new(mechanism, credentials.clone(), None).map_err(odd)?, Stage::Auth).await?;
    // LOGIN asks twice. XOAUTH2 explains a refusal in a challenge, which an empty line acknowledges.
    for _ in 0..3 {
        if heard.code != 334 {
            break;
        }
        heard = if mechanism == Mechanism::Xoauth2 {
            say(smtp, "\r\n", Stage::Auth).await?
        } else {
            let challenge: Response = format!("334 {}\r\n", heard.text()).parse().map_err(odd)?;
            say(smtp, Auth::new_from_response(mechanism, credentials.clone(), &challenge).map_err(odd)?, Stage::Auth).await?
        };
    }
    Ok(heard)
}

/// RFC 7628 §3.1; a refusal is explained in a challenge, which a lone ^A acknowledges (§3.2.3).
async fn oauth_bearer(smtp: &mut Smtp, server: &Server, login: &Login, secret: &SecretString) -> Result<Heard, Outcome> {
    // RFC 5801 §4: these two would end the name.
    let user = login.user.replace('=', "=3D").replace(',', "=2C");
    let (host, port, token) = (&server.host, server.port, secret.expose_secret());
    let response = BASE64_STANDARD.encode(format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"));
    let heard = say(smtp, format!("AUTH OAUTHBEARER {response}\r\n"), Stage::Auth).await?;
    if heard.code == 334 { say(smtp, format!("{}\r\n", BASE64_STANDARD.encode("\x01")), Stage::Auth).await } else { Ok(heard) }
}
