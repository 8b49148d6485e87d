//! Who asks: the session cookie and the member it belongs to (R189).

use std::sync::Arc;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, web};

use crate::journeys::staff::{self, StaffMember};
use crate::web::State;
use crate::web::failure::Failure;

/// `__Host-` binds the cookie to this very host and to https (RFC 6265bis §4.1.3.2); on loopback there is no https.
fn name(https: bool) -> &'static str {
    if https { "__Host-rundbrief" } else { "rundbrief" }
}

/// A session's cookie. It ends with the browser, and on the server earlier if nobody uses it.
pub fn cookie(https: bool, token: String) -> Cookie<'static> {
    Cookie::build(name(https), token).path("/").http_only(true).secure(https).same_site(SameSite::Lax).finish()
}

/// The same cookie, taken away.
pub fn no_cookie(https: bool) -> Cookie<'static> {
    let mut cookie = cookie(https, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}

/// The member who asks, if anybody is signed in.
pub async fn member(state: &web::Data<State>, request: &HttpRequest) -> Result<Option<StaffMember>, Failure> {
    let Some(token) = request.cookie(name(state.pages.is_https())).map(|cookie| cookie.value().to_owned()) else {
        return Ok(None);
    };
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let member = state.store.read(move |conn| staff::session(conn, &context, now, &token)).await?;
    if let Some(member) = member.clone().filter(|member| staff::wants_touch(member, now)) {
        state.store.write(move |conn| staff::touch(conn, now, &member)).await?;
    }
    Ok(member)
}

/// The member who asks; without one the visitor is sent to the sign-in form.
pub async fn required(state: &web::Data<State>, request: &HttpRequest) -> Result<StaffMember, Failure> {
    member(state, request).await?.ok_or(Failure::SignInFirst)
}

/// A member whose role may send.
pub async fn publisher(state: &web::Data<State>, request: &HttpRequest) -> Result<StaffMember, Failure> {
    let member = required(state, request).await?;
    if member.role.may_publish() { Ok(member) } else { Err(Failure::Forbidden) }
}

/// A member whose role may say what comes into an issue.
pub async fn writer(state: &web::Data<State>, request: &HttpRequest) -> Result<StaffMember, Failure> {
    let member = required(state, request).await?;
    if member.role.may_write() { Ok(member) } else { Err(Failure::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_bound_to_host_and_https() {
        assert_eq!(cookie(true, "t".to_owned()).to_string(), "__Host-rundbrief=t; HttpOnly; SameSite=Lax; Secure; Path=/");
        assert_eq!(cookie(false, "t".to_owned()).to_string(), "rundbrief=t; HttpOnly; SameSite=Lax; Path=/");
        assert!(no_cookie(true).to_string().contains("Max-Age=0"));
    }
}
