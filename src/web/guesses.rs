//! Wrong links are counted by network (R185): whoever tries many is asked to wait. A right link works at any time, also from
//! there, so nobody can lock a reader out. In this process only: a few more tries on several nodes find nothing either, as a
//! signature has 128 bits.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use jiff::{SignedDuration, Timestamp};

use super::failure::Failure;
use super::{State, client};
use crate::domain::network::Network;

/// Wrong links of one network in a minute. A person who copies badly needs three, and a whole office may share a network.
const MOST: u32 = 120;
const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// Networks remembered at a time.
const NETWORKS: usize = 10_000;

/// Put into an answer: its link is none of ours.
pub struct WrongLink;

/// Middleware: turns the answer to one wrong link too many into "please wait". Leaving is exempt (R30).
pub async fn limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let answer = next.call(request).await?;
    let is_wrong = answer.response().extensions().get::<WrongLink>().is_some();
    if is_wrong
        && !answer.request().path().starts_with("/unsubscribe")
        && let Some(state) = answer.request().app_data::<web::Data<State>>()
    {
        let network = Network::of(client::address(answer.request(), &state.config.trusted_proxies));
        if let Some(seconds) = state.guesses.count(network, state.clock.now()) {
            let (http, _) = answer.into_parts();
            return Ok(ServiceResponse::new(http, Failure::TooMany(seconds).error_response()).map_into_right_body());
        }
    }
    Ok(answer.map_into_left_body())
}

#[derive(Default)]
pub struct Guesses(Mutex<HashMap<Network, Window>>);

struct Window {
    began: Timestamp,
    count: u32,
}

impl Guesses {
    /// Counts a wrong link. If there were too many: in how many seconds it may be tried again.
    pub fn count(&self, network: Network, now: Timestamp) -> Option<i64> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= NETWORKS {
            seen.retain(|_, window| now.duration_since(window.began) < WINDOW);
            // So many networks within a minute guess together: beginning anew costs nobody anything.
            if seen.len() >= NETWORKS {
                seen.clear();
            }
        }
        let window = seen.entry(network).or_insert(Window { began: now, count: 0 });
        if now.duration_since(window.began) >= WINDOW {
            *window = Window { began: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        let left = (window.began + WINDOW).duration_since(now).as_secs();
        (window.count > MOST).then(|| left.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_are_answered_and_the_next_one_waits() {
        let (guesses, network) = (Guesses::default(), |text: &str| Network::of(text.parse().unwrap()));
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        for n in 0..MOST {
            assert_eq!(guesses.count(network("192.0.2.1"), now + SignedDuration::from_millis((100 * n).into())), None);
        }
        assert_eq!(guesses.count(network("192.0.2.1"), now + SignedDuration::from_secs(30)), Some(30));
        assert_eq!(guesses.count(network("192.0.2.2"), now), None, "nobody else waits");
        assert_eq!(guesses.count(network("192.0.2.1"), now + WINDOW), None, "a minute later it may go on");
    }

    #[test]
    fn it_remembers_only_so_many() {
        let guesses = Guesses::default();
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        for n in 0..25_000_u32 {
            guesses.count(Network::of(std::net::Ipv4Addr::from(0x0a00_0000 + n).into()), now);
        }
        assert!(guesses.0.lock().unwrap().len() <= NETWORKS);
    }
}
