//! What owners do: register, pass on by offer and acceptance, hand in the file, give up. Each but the file is signed.

use sala_core::{
    act::{ActKind, Draft, reason},
    ctx::{Actor, Ctx},
    problem::{FORBIDDEN, INVALID, MEDIA_TYPE, NOT_FOUND, Problem, TOO_LARGE},
};
use sha2::{Digest, Sha256};

use super::{Asset, AssetState, Dispute, LARGEST_FILE, MOST_OWN_DISPUTES, NewAsset, OFFER_S, Offer, Step, Word};
use crate::{
    World, acts,
    problems::{ASSET_FROZEN, ASSET_KNOWN, ASSET_RETIRED, DISPUTES_FULL, FILE_DIFFERS, OFFER_GONE},
    store,
};

/// The authority of what an owner does.
const OWN: &str = "At the owner's own request";
/// What stands in a space, and no more: pictures and models that a browser shows without running anything.
const KEPT_TYPES: [&str; 5] = ["model/gltf-binary", "image/png", "image/jpeg", "image/webp", "image/avif"];

/// The bytes of an asset, handed in.
#[derive(Debug)]
pub(crate) struct NewFile<'f> {
    pub(crate) media_type: &'f str,
    pub(crate) bytes: Vec<u8>,
}

/// The persona of a citizen: rights are held by personas, not by offices.
pub(super) fn persona(ctx: &Ctx) -> Result<String, Problem> {
    ctx.require_signed_in()?;
    match &ctx.actor {
        Actor::Citizen { persona, .. } => Ok(persona.clone()),
        _ => Err(FORBIDDEN.problem().detail(
            "ทะเบียนทรัพย์สินดิจิทัลถือสิทธิในนามอวตาร กรุณาใช้ในฐานะประชาชน",
            "Rights in the register are held by personas: act as a citizen.",
        )),
    }
}

fn require_owner(asset: &Asset, handle: &str) -> Result<(), Problem> {
    if asset.owner == handle { Ok(()) } else { Err(FORBIDDEN.problem()) }
}

/// Refuses what is frozen or retired.
pub(super) fn require_free(asset: &Asset) -> Result<(), Problem> {
    match asset.state() {
        AssetState::Registered => Ok(()),
        AssetState::Disputed => Err(ASSET_FROZEN.problem()),
        AssetState::Retired => Err(ASSET_RETIRED.problem()),
    }
}

/// A handle as it may stand in an act.
fn handle(text: &str) -> Result<&str, Problem> {
    let is_handle =
        text.starts_with("persona_") && text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_handle { Ok(text) } else { Err(INVALID.problem().at("/to", "expected the public handle of a persona, persona_…")) }
}

impl World {
    /// An asset. 404 when there is none.
    pub(crate) async fn asset(&self, id: &str) -> Result<Asset, Problem> {
        store::property::asset(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())
    }

    /// Changes an asset within an act of `kind`, which joins its chain.
    pub(super) async fn change_asset<F>(
        &self,
        ctx: &Ctx,
        (kind, draft): (&'static ActKind, Draft),
        id: &str,
        work: F,
    ) -> Result<Asset, Problem>
    where
        F: Fn(&mut Asset, &Ctx, &str) -> Result<Option<String>, Problem> + Clone + Send + Sync + 'static,
    {
        let id = id.to_owned();
        let draft = draft.public("asset", id.as_str()).refers(&id);
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, work) = (id.clone(), work.clone());
                Box::pin(async move {
                    let mut asset = store::property::asset_in(tx, &id).await?;
                    let (ctx, act) = (tx.ctx().clone(), tx.act_id().to_owned());
                    let to = work(&mut asset, &ctx, &act)?;
                    asset.steps.push(Step { kind: kind.kind.to_owned(), at: ctx.now, by: ctx.actor_name(), to, act });
                    store::property::save_asset(tx, &asset);
                    Ok(asset)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// Registers an asset for the persona of `ctx`. What somebody else has registered already is frozen on both sides, and an officer
    /// decides. Errors: `asset_registered_already` for one's own, `too_many_open_disputes`.
    pub(crate) async fn register_asset(&self, ctx: &Ctx, new: NewAsset) -> Result<Asset, Problem> {
        let owner = persona(ctx)?;
        let new = new.checked()?;
        ctx.require_signature()?;
        let (key, person) = (self.law_key().await?, ctx.require_signed_in()?.to_owned());
        let id = ctx.new_id("asset");
        let asset = Asset {
            owner_tag: key.tag("asset owner", &id, &person),
            what: new,
            owner,
            registered_at: ctx.now,
            offer: None,
            disputes: vec![],
            is_given_up: false,
            is_stored: false,
            steps: vec![],
            id,
        };
        let draft = Draft::new(&acts::REGISTER_ASSET, OWN)
            .public("asset", asset.id.as_str())
            .public("sha256", asset.what.sha256.as_str())
            .public("media_type", asset.what.media_type.as_str())
            .public("provenance", asset.what.provenance.kind.word())
            .public("licence", asset.what.licence.name())
            // Words of people stand beside the leaf: they can be taken away, the commitment stays.
            .open("title", asset.what.title.as_str())
            .open("maker", asset.what.maker.as_str())
            .open("source", asset.what.provenance.source.as_str())
            .refers(&asset.id);
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (mut asset, person) = (asset.clone(), person.clone());
                Box::pin(async move {
                    let (now, act) = (tx.ctx().now, tx.act_id().to_owned());
                    let twins = store::property::same_content_in(tx, &asset.what.sha256).await?;
                    let twins: Vec<Asset> = twins.into_iter().filter(|twin| twin.state() != AssetState::Retired).collect();
                    if let Some(own) = twins.iter().find(|twin| twin.owner == asset.owner) {
                        return Err(ASSET_KNOWN.problem().at("/sha256", own.id.clone()));
                    }
                    let open = store::property::open_tags_in(tx).await?;
                    let own = open.iter().filter(|(id, tag)| key.tag("disputer", id, &person) == *tag).count();
                    if !twins.is_empty() && own >= MOST_OWN_DISPUTES {
                        return Err(DISPUTES_FULL.problem());
                    }
                    let ctx = tx.ctx().clone();
                    let dispute = |twin: &str| {
                        let id = ctx.new_id("dispute");
                        Dispute {
                            filed: Word { text: String::new(), at: now, by: "hall".into(), act: act.clone() },
                            twin: Some(twin.to_owned()),
                            answer: None,
                            decision: None,
                            appeal: None,
                            due_at: None,
                            review: None,
                            filer_tag: key.tag("disputer", &id, &person),
                            judge_tag: String::new(),
                            id,
                        }
                    };
                    asset.disputes.extend(twins.first().map(|twin| dispute(&twin.id)));
                    for mut twin in twins {
                        twin.disputes.push(dispute(&asset.id));
                        twin.offer = None;
                        store::property::save_asset(tx, &twin);
                    }
                    let by = asset.owner.clone();
                    asset.steps.push(Step { kind: acts::REGISTER_ASSET.kind.into(), at: now, by, to: None, act });
                    store::property::save_asset(tx, &asset);
                    Ok(asset)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// Offers an asset to another persona: signed. A later offer takes the place of an earlier one.
    pub(crate) async fn offer_asset(&self, ctx: &Ctx, id: &str, to: &str) -> Result<Asset, Problem> {
        let (owner, to) = (persona(ctx)?, handle(to)?.to_owned());
        if owner == to {
            return Err(INVALID.problem().at("/to", "one can't pass something on to oneself"));
        }
        require_owner(&self.asset(id).await?, &owner)?;
        ctx.require_signature()?;
        let until = ctx.now.plus_seconds(OFFER_S);
        let draft = Draft::new(&acts::OFFER_ASSET, OWN).public("to", to.as_str()).public("until", until.to_string());
        self.change_asset(ctx, (&acts::OFFER_ASSET, draft), id, move |asset, _, _| {
            require_owner(asset, &owner)?;
            require_free(asset)?;
            asset.offer = Some(Offer { to: to.clone(), until });
            Ok(Some(to.clone()))
        })
        .await
    }

    /// Takes an offer back: by the owner, or by whom it is for, who refuses it.
    pub(crate) async fn withdraw_offer(&self, ctx: &Ctx, id: &str) -> Result<Asset, Problem> {
        let who = persona(ctx)?;
        let draft = Draft::new(&acts::WITHDRAW_OFFER, OWN);
        self.change_asset(ctx, (&acts::WITHDRAW_OFFER, draft), id, move |asset, _, _| {
            let offer = asset.offer.take().ok_or_else(|| OFFER_GONE.problem())?;
            if who != asset.owner && who != offer.to {
                return Err(FORBIDDEN.problem());
            }
            Ok(None)
        })
        .await
    }

    /// Accepts an offer: signed by whom it is for. From then on the asset is theirs.
    pub(crate) async fn accept_asset(&self, ctx: &Ctx, id: &str) -> Result<Asset, Problem> {
        let who = persona(ctx)?;
        let asset = self.asset(id).await?;
        if asset.open_offer(ctx.now).is_none_or(|offer| offer.to != who) {
            return Err(OFFER_GONE.problem());
        }
        ctx.require_signature()?;
        let tag = self.law_key().await?.tag("asset owner", id, ctx.require_signed_in()?);
        let draft = Draft::new(&acts::ACCEPT_ASSET, "Agreement of both sides, each signed").public("from", asset.owner.as_str());
        self.change_asset(ctx, (&acts::ACCEPT_ASSET, draft), id, move |asset, ctx, _| {
            require_free(asset)?;
            if asset.open_offer(ctx.now).is_none_or(|offer| offer.to != who) {
                return Err(OFFER_GONE.problem());
            }
            asset.offer = None;
            (asset.owner, asset.owner_tag) = (who.clone(), tag.clone());
            Ok(Some(who.clone()))
        })
        .await
    }

    /// The owner takes an asset out of the register for good: signed. Its file goes too, unless another entry has the same.
    pub(crate) async fn retire_asset(&self, ctx: &Ctx, id: &str, why: &str) -> Result<Asset, Problem> {
        let (owner, why) = (persona(ctx)?, reason(why)?);
        require_owner(&self.asset(id).await?, &owner)?;
        ctx.require_signature()?;
        let draft = Draft::new(&acts::RETIRE_ASSET, OWN).open("reason", why);
        let retired = self
            .change_asset(ctx, (&acts::RETIRE_ASSET, draft), id, move |asset, _, _| {
                require_owner(asset, &owner)?;
                require_free(asset)?;
                (asset.is_given_up, asset.offer) = (true, None);
                Ok(None)
            })
            .await?;
        self.sweep_files().await?;
        Ok(retired)
    }

    /// The owner hands in the bytes, so that the asset can stand in a space. Errors: `too_large`, `media_type`, `file_differs`.
    pub(crate) async fn deposit_file(&self, ctx: &Ctx, id: &str, file: NewFile<'_>) -> Result<Asset, Problem> {
        let owner = persona(ctx)?;
        let asset = self.asset(id).await?;
        require_owner(&asset, &owner)?;
        require_free(&asset)?;
        if file.bytes.len() > LARGEST_FILE {
            return Err(TOO_LARGE.problem().at("", format!("at most {LARGEST_FILE} bytes are kept")));
        }
        if file.media_type != asset.what.media_type || !KEPT_TYPES.contains(&file.media_type) {
            return Err(MEDIA_TYPE.problem().at("content-type", format!("kept are {}, as registered", KEPT_TYPES.join(", "))));
        }
        if hex::encode(Sha256::digest(&file.bytes)) != asset.what.sha256 {
            return Err(FILE_DIFFERS.problem());
        }
        if asset.is_stored {
            return Ok(asset);
        }
        let (sha256, bytes) = (asset.what.sha256.clone(), file.bytes);
        let id = asset.id.clone();
        let draft = Draft::new(&acts::DEPOSIT_ASSET, OWN).public("asset", id.as_str()).public("sha256", sha256.as_str()).refers(&id);
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, owner, sha256, bytes) = (id.clone(), owner.clone(), sha256.clone(), bytes.clone());
                Box::pin(async move {
                    let mut asset = store::property::asset_in(tx, &id).await?;
                    require_owner(&asset, &owner)?;
                    require_free(&asset)?;
                    asset.is_stored = true;
                    let (at, act) = (tx.ctx().now, tx.act_id().to_owned());
                    asset.steps.push(Step { kind: acts::DEPOSIT_ASSET.kind.into(), at, by: owner, to: None, act });
                    store::property::save_file(tx, &sha256, bytes);
                    store::property::save_asset(tx, &asset);
                    Ok(asset)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// The bytes of an asset, unless it is retired. 404 when the hall has none.
    pub(crate) async fn asset_file(&self, id: &str) -> Result<(Asset, Vec<u8>), Problem> {
        let asset = self.asset(id).await?;
        if asset.state() == AssetState::Retired {
            return Err(ASSET_RETIRED.problem());
        }
        let bytes = if asset.is_stored { store::property::file(&self.store, &asset.what.sha256).await? } else { None };
        bytes.map(|bytes| (asset, bytes)).ok_or_else(|| NOT_FOUND.problem())
    }

    /// Takes the files away that no entry may show any more: retired for good, by the owner or with the time to appeal over.
    pub(crate) async fn sweep_files(&self) -> Result<(), Problem> {
        let ctx = self.system();
        for asset in store::property::retired_with_file(&self.store).await? {
            if !asset.is_given_up && !self.is_final(&asset, ctx.now) {
                continue;
            }
            let draft = Draft::new(&acts::REMOVE_FILE, self.conduct.moderation.legal_basis.pair());
            let (id, sha256) = (asset.id.clone(), asset.what.sha256.clone());
            let draft = draft.public("asset", id.as_str()).public("sha256", sha256.as_str()).refers(&id);
            self.store
                .act(&ctx, draft, move |tx| {
                    let (id, sha256) = (id.clone(), sha256.clone());
                    Box::pin(async move {
                        let mut asset = store::property::asset_in(tx, &id).await?;
                        if asset.state() != AssetState::Retired || !asset.is_stored {
                            return Ok(());
                        }
                        asset.is_stored = false;
                        let step = Step {
                            kind: acts::REMOVE_FILE.kind.into(),
                            at: tx.ctx().now,
                            by: "hall".into(),
                            to: None,
                            act: tx.act_id().into(),
                        };
                        asset.steps.push(step);
                        store::property::save_asset(tx, &asset);
                        let twins = store::property::same_content_in(tx, &sha256).await?;
                        if !twins.iter().any(|twin| twin.id != id && twin.is_stored) {
                            store::property::remove_file(tx, &sha256);
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }
}
