//! Linkability games. The adversary has what the hall has at rest: every table, every leaf, all replies, the secret key of the scope;
//! and what the poll took. It guesses who holds which token, and whose persona is whose, by each of several strategies. None may do better
//! than chance; and each game is played once more with one thing given away, which the same strategies must find.
//!
//! The moves of the players are mixed, as of people who are there at the same time. Who acts alone in an empty hall is found by the clock:
//! the last part of the game of personas shows it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sala_core::entropy::{Entropy, OsEntropy};
use sala_custody::token::Reply;
use serde_json::{Value, json};

use super::{
    hall::{Device, Hall, hall},
    scopes::{Wallet, administrator, wanted},
};

/// Numbers below `count` in an order that nobody knows.
fn mixed(count: usize) -> Vec<usize> {
    let mut drawn: Vec<([u8; 16], usize)> = (0..count)
        .map(|number| {
            let mut key = [0; 16];
            OsEntropy.fill(&mut key);
            (key, number)
        })
        .collect();
    drawn.sort_unstable();
    drawn.into_iter().map(|(_, number)| number).collect()
}

/// How often the strategy is right that takes, for each on the left, whatever on the right is most alike. `truth[left]` is right.
fn hits(truth: &[usize], alike: impl Fn(usize, usize) -> usize) -> usize {
    let guess = |left: usize| (0..truth.len()).max_by_key(|&right| (alike(left, right), truth.len() - right)).unwrap();
    (0..truth.len()).filter(|&left| guess(left) == truth[left]).count()
}

/// The longest run of bytes that both have.
fn run(one: &[u8], other: &[u8]) -> usize {
    let mut longest = 0;
    let mut before = vec![0; other.len() + 1];
    for byte in one {
        let mut now = vec![0; other.len() + 1];
        for (place, same) in other.iter().enumerate() {
            if byte == same {
                now[place + 1] = before[place] + 1;
                longest = longest.max(now[place + 1]);
            }
        }
        before = now;
    }
    longest
}

/// How many bytes are the same at the same place.
fn same(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).filter(|(one, other)| one == other).count()
}

/// How near two are when each side is put in order.
fn near<T: Ord>(lefts: &[T], rights: &[T], left: usize, right: usize) -> usize {
    let rank = |all: &[T], one: usize| all.iter().filter(|other| **other < all[one]).count();
    lefts.len() - rank(lefts, left).abs_diff(rank(rights, right))
}

/// Of 16 players chance gives one; nine or more it gives once in five million games.
const PLAYERS: usize = 16;
const BETTER_THAN_CHANCE: usize = 9;

struct Issued {
    request: Vec<u8>,
    reply: Vec<u8>,
    token: Vec<u8>,
}

async fn issue(hall: &Hall, scope: &Value, wallet: &Wallet, session: &str) -> Issued {
    let (request, pending) = wallet.pending(scope);
    let path = format!("/scopes/{}/token", scope["id"].as_str().unwrap());
    let bytes = |value: &Value| URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap();
    let told = hall.ask("POST", &path, Some(session), Some(request.clone())).await.ok().json;
    let reply = bytes(&told["reply"]);
    let token = pending.finalize(&Reply::from_bytes(&reply).unwrap()).unwrap().encode();
    Issued { request: bytes(&request["request"]), reply, token }
}

#[tokio::test]
async fn who_holds_which_token_is_guessed_no_better_than_by_chance() {
    let hall = hall().await;
    let mut phone = Device::new();
    let mut sessions = vec![administrator(&hall, &mut phone).await];
    while sessions.len() < PLAYERS {
        hall.clock.advance_seconds(5);
        sessions.push(hall.newcomer(&mut Device::new(), "ก").await);
    }
    let admin = hall.sign_in(&mut phone, None).await.ok().token();
    let scope = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(wanted(&hall))).await.ok().json;
    // Which device belongs to whom, the adversary does not know; in which order they asked, it does.
    let devices = mixed(PLAYERS);
    let mut issued = vec![];
    for (session, device) in sessions.iter().zip(&devices) {
        hall.clock.advance_seconds(1);
        issued.push(issue(&hall, &scope, &Wallet::new(u8::try_from(100 + device).unwrap()), session).await);
    }
    let rows = hall.store.fetch("SELECT id FROM scope_issue ORDER BY act_id", &[]).await.unwrap();
    let digests: Vec<Vec<u8>> = rows.iter().map(|row| row.text("id").unwrap().as_bytes().to_vec()).collect();
    assert_eq!(digests.len(), PLAYERS);
    // The poll takes the tokens in another order: `truth[holder]` is the place of their token.
    let truth = mixed(PLAYERS);
    let mut tokens = vec![vec![]; PLAYERS];
    for (holder, &place) in truth.iter().enumerate() {
        tokens[place].clone_from(&issued[holder].token);
    }
    let play = |tokens: &[Vec<u8>], truth: &[usize]| -> Vec<(&str, usize)> {
        let signature = |place: usize| &tokens[place][tokens[place].len() - 256..];
        let signatures: Vec<Vec<u8>> = (0..PLAYERS).map(|place| signature(place).to_vec()).collect();
        let requests: Vec<Vec<u8>> = issued.iter().map(|one| one.request.clone()).collect();
        let replies: Vec<Vec<u8>> = issued.iter().map(|one| one.reply.clone()).collect();
        vec![
            ("the order of asking", hits(truth, |holder, place| PLAYERS - holder.abs_diff(place))),
            ("a run of bytes of the request", hits(truth, |holder, place| run(&requests[holder], &tokens[place]))),
            ("a run of bytes of the reply", hits(truth, |holder, place| run(&replies[holder], &tokens[place]))),
            ("bytes of the reply in the signature", hits(truth, |holder, place| same(&replies[holder], signature(place)))),
            ("the size of request and signature", hits(truth, |holder, place| near(&requests, &signatures, holder, place))),
            ("the size of reply and signature", hits(truth, |holder, place| near(&replies, &signatures, holder, place))),
            ("the row of issue and the nonce", hits(truth, |holder, place| near(&digests, tokens, holder, place))),
        ]
    };
    for (strategy, hits) in play(&tokens, &truth) {
        assert!(hits < BETTER_THAN_CHANCE, "{strategy}: {hits} of {PLAYERS}");
    }
    // The same strategies find what is given away: the order; and twelve bytes of the request inside of the token.
    let in_order: Vec<Vec<u8>> = issued.iter().map(|one| one.token.clone()).collect();
    let known: Vec<usize> = (0..PLAYERS).collect();
    assert_eq!(play(&in_order, &known)[0].1, PLAYERS);
    for (holder, &place) in truth.iter().enumerate() {
        tokens[place][8..20].copy_from_slice(&issued[holder].request[40..52]);
    }
    assert_eq!(play(&tokens, &truth)[1].1, PLAYERS);
}

/// What the hall has at rest of players: first and second persona, and when their session last changed.
struct Faces {
    truth: Vec<usize>,
    firsts: Vec<String>,
    seconds: Vec<String>,
    links: [Vec<Vec<u8>>; 2],
    rows: [Vec<Vec<u8>>; 2],
    /// Places in the record: of each first persona's session, the last change; of each second persona, its making.
    switched: Vec<i64>,
    made: Vec<i64>,
}

/// Everybody registers; then they make a second persona and go on under it: mixed with each other, or one after another, alone.
async fn faces(alone: bool) -> Faces {
    let hall = hall().await;
    let (mut sessions, mut firsts) = (vec![], vec![]);
    for _ in 0..PLAYERS {
        hall.clock.advance_seconds(5);
        let token = hall.newcomer(&mut Device::new(), "ก").await;
        firsts.push(hall.session(&token).await["persona"].as_str().unwrap().to_owned());
        sessions.push(token);
    }
    let create = async |player: usize| {
        hall.clock.advance_seconds(1);
        let made = hall.ask("POST", "/personas", Some(&sessions[player]), Some(json!({ "name": "น้ำ" }))).await.ok().json;
        made["id"].as_str().unwrap().to_owned()
    };
    let go_on = async |player: usize, persona: &str| {
        hall.clock.advance_seconds(1);
        hall.ask("POST", &format!("/personas/{persona}/use"), Some(&sessions[player]), None).await.ok();
    };
    // `makers[place]` made the second persona that stands at `place`.
    let (makers, mut seconds) = (mixed(PLAYERS), vec![]);
    for &player in &makers {
        let made = create(player).await;
        if alone {
            go_on(player, &made).await;
        }
        seconds.push(made);
    }
    if !alone {
        for place in mixed(PLAYERS) {
            go_on(makers[place], &seconds[place]).await;
        }
    }
    let mut truth = vec![0; PLAYERS];
    for (place, &player) in makers.iter().enumerate() {
        truth[player] = place;
    }
    let place_of = async |act: &str| -> i64 {
        let rows = hall.store.fetch("SELECT idx FROM act WHERE id = $1", &[act.into()]).await.unwrap();
        rows.first().unwrap_or_else(|| panic!("no act {act}")).int("idx").unwrap()
    };
    let (mut links, mut rows, mut made) = ([vec![], vec![]], [vec![], vec![]], vec![]);
    for (side, handles) in [&firsts, &seconds].into_iter().enumerate() {
        for handle in handles {
            let row = &hall.store.fetch("SELECT * FROM persona WHERE id = $1", &[handle.as_str().into()]).await.unwrap()[0];
            links[side].push(row.blob("link").unwrap().to_vec());
            // A persona without a name of its own has no face.
            let face = hall.store.fetch("SELECT * FROM persona_face WHERE id = $1", &[handle.as_str().into()]).await.unwrap();
            rows[side].push(format!("{row:?}{face:?}").replace(handle.as_str(), "").into_bytes());
            if side == 1 {
                made.push(place_of(row.text("act_id").unwrap()).await);
            }
        }
    }
    // Sessions in the order of their opening are those of the first personas: whoever watched the registrations knows that.
    let mut switched = vec![];
    for row in hall.store.fetch("SELECT act_id FROM session ORDER BY opened_at", &[]).await.unwrap() {
        switched.push(place_of(row.text("act_id").unwrap()).await);
    }
    assert_eq!(switched.len(), PLAYERS);
    Faces { truth, firsts, seconds, links, rows, switched, made }
}

impl Faces {
    fn play(&self) -> Vec<(&str, usize)> {
        let Self { truth, firsts, seconds, links: [one, other], rows: [first_rows, second_rows], .. } = self;
        let bytes = |all: &[String]| all.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        let (firsts, seconds) = (bytes(firsts), bytes(seconds));
        let sizes = |all: &[Vec<u8>]| all.iter().map(Vec::len).collect::<Vec<_>>();
        let (sizes_one, sizes_other) = (sizes(one), sizes(other));
        vec![
            ("the order of registering and making", hits(truth, |player, place| PLAYERS - player.abs_diff(place))),
            ("a run of letters of the handle", hits(truth, |player, place| run(&firsts[player], &seconds[place]))),
            ("the size of the handles", hits(truth, |player, place| near(&firsts, &seconds, player, place))),
            ("bytes of the sealed link", hits(truth, |player, place| same(&one[player], &other[place]))),
            ("a run of bytes of the sealed link", hits(truth, |player, place| run(&one[player], &other[place]))),
            ("the length of the sealed link", hits(truth, |player, place| 999 - sizes_one[player].abs_diff(sizes_other[place]))),
            ("the rows letter for letter", hits(truth, |player, place| same(&first_rows[player], &second_rows[place]))),
            ("the ranks of change and making", hits(truth, |player, place| near(&self.switched, &self.made, player, place))),
            ("the moment of change and making", {
                let far = |player: usize, place: usize| self.switched[player].abs_diff(self.made[place]);
                hits(truth, |player, place| 9_999 - usize::try_from(far(player, place)).unwrap())
            }),
        ]
    }
}

#[tokio::test]
async fn whose_second_persona_is_whose_is_guessed_no_better_than_by_chance() {
    let mixed = faces(false).await;
    for (strategy, hits) in mixed.play() {
        assert!(hits < BETTER_THAN_CHANCE, "{strategy}: {hits} of {PLAYERS}");
    }
    // Each for themselves in an empty hall: the clock gives them away, to whoever has the tables.
    let alone = faces(true).await;
    assert_eq!(alone.play().last().unwrap(), &("the moment of change and making", PLAYERS));
}
