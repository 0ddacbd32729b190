//! Who may do what: published Cedar policies (<https://www.cedarpolicy.com>), validated against a schema that is made from the
//! contract. Every operation of the hall is an action; what no policy permits is refused, and `forbid` wins over `permit`.
//!
//! The policies say which operation is open to whom under which assurance. Which office owns a thing, each room checks by itself:
//! a policy can narrow that, never widen it.

use std::{collections::BTreeSet, fmt::Write as _, iter, path::Path, str::FromStr};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use sala_core::{
    act::{Draft, POLICY_SET},
    cbor::Value,
    ctx::{Actor, Ctx, Grounds, Signature},
    problem::{FORBIDDEN, IDENTITY_TOO_WEAK, INTERNAL, Problem, SIGN_IN_REQUIRED, SIGNATURE_REQUIRED, STEP_UP_REQUIRED},
    profile::PROFILE_INVALID,
    store::ActFilter,
};
use sha2::{Digest, Sha256};

use crate::{People, acts};

/// The one resource: this hall.
const HALL: &str = "this";

/// One operation of the contract, as policies name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Operation id: the action.
    pub id: String,
    /// Its tag in the contract: the room.
    pub room: String,
    /// Open to visitors by the contract.
    pub is_public: bool,
    /// Changes nothing (GET, HEAD).
    pub is_safe: bool,
}

/// Who asks and how surely, as a policy sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Petition {
    /// `Visitor`, `Citizen`, `Officer` or `System`.
    pub kind: &'static str,
    /// The office, for officers.
    pub office: String,
    /// Roles held there.
    pub roles: Vec<String>,
    /// Level of identity in hundredths.
    pub ial: i64,
    /// The holder was verified within the last minutes.
    pub fresh: bool,
    /// The request is signed.
    pub signed: bool,
    /// A demo sign-in.
    pub demo: bool,
    /// For another, under a mandate.
    pub behalf: bool,
}

impl Petition {
    /// What a request shows.
    pub fn of(ctx: &Ctx) -> Self {
        let (kind, office, roles) = match &ctx.actor {
            Actor::Visitor => ("Visitor", String::new(), vec![]),
            Actor::Citizen { .. } => ("Citizen", String::new(), vec![]),
            Actor::Officer { office, roles, .. } => ("Officer", office.clone(), roles.clone()),
            Actor::System { .. } => ("System", String::new(), vec![]),
        };
        Self {
            kind,
            office,
            roles,
            ial: ctx.assurance.ial,
            fresh: ctx.assurance.is_fresh,
            signed: matches!(ctx.assurance.signature, Signature::Given { .. }),
            demo: matches!(ctx.assurance.signature, Signature::Demo),
            behalf: ctx.behalf.is_some(),
        }
    }
}

/// What the policies say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Allowed.
    pub is_allowed: bool,
    /// The policies that decided: those that permit, or those that forbid; none when nothing permits.
    pub policies: Vec<String>,
}

/// The policies in force.
#[derive(Debug)]
pub struct Policies {
    set: PolicySet,
    schema: Schema,
    hash: [u8; 32],
    text: String,
    schema_text: String,
    operations: BTreeSet<String>,
    /// The hall and every operation with its groups: what each question needs again.
    fixed: Entities,
}

impl Policies {
    /// Reads all `*.cedar` files of a folder. Errors name the place: what does not parse, has no `@id` or an id twice, or names an
    /// operation or an attribute that does not exist.
    pub fn read(folder: &Path, operations: &[Operation]) -> Result<Self, Problem> {
        let place = || folder.display().to_string();
        let told = |fault: String| PROFILE_INVALID.problem().at(place(), fault);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .map_err(|fault| told(fault.to_string()))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "cedar"))
            .collect();
        files.sort();
        let mut text = String::new();
        for file in files {
            text += &std::fs::read_to_string(&file).map_err(|fault| told(format!("{}: {fault}", file.display())))?;
            text.push('\n');
        }
        Self::parse(&text, operations).map_err(told)
    }

    /// Reads policies from their text. The error says what is wrong with them.
    pub fn parse(text: &str, operations: &[Operation]) -> Result<Self, String> {
        let schema_text = schema(operations);
        let (schema, _) = Schema::from_cedarschema_str(&schema_text).map_err(|fault| fault.to_string())?;
        let parsed = PolicySet::from_str(text).map_err(|fault| fault.to_string())?;
        let mut set = PolicySet::new();
        for policy in parsed.policies() {
            let id = policy.annotation("id").ok_or_else(|| format!("a policy has no @id(\"…\"):\n{policy}"))?;
            let named: Policy = policy.new_id(PolicyId::new(id));
            set.add(named).map_err(|fault| format!("{id}: {fault}"))?;
        }
        let checked = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        let faults: Vec<String> = checked.validation_errors().map(ToString::to_string).collect();
        if !faults.is_empty() {
            return Err(faults.join("\n"));
        }
        let hash =
            Sha256::new().chain_update(b"sala/policies/v1").chain_update(&schema_text).chain_update([0]).chain_update(text).finalize();
        let kind = EntityTypeName::from_str("Hall").map_err(|fault| fault.to_string())?;
        let hall = Entity::new_no_attrs(EntityUid::from_type_name_and_id(kind, EntityId::new(HALL)), iter::empty().collect());
        let fixed = Entities::from_entities([hall], Some(&schema)).map_err(|fault| fault.to_string())?;
        Ok(Self {
            set,
            schema,
            fixed,
            hash: hash.into(),
            text: text.to_owned(),
            schema_text,
            operations: operations.iter().map(|one| one.id.clone()).collect(),
        })
    }

    /// SHA-256("sala/policies/v1" ‖ schema ‖ 0 ‖ policies): what acts cite.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The policies as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The schema that they were checked against.
    pub fn schema(&self) -> &str {
        &self.schema_text
    }

    /// Whether the contract has this operation.
    pub fn knows(&self, operation: &str) -> bool {
        self.operations.contains(operation)
    }

    /// The text of one policy.
    pub fn policy(&self, id: &str) -> Option<String> {
        self.set.policy(&PolicyId::new(id)).map(ToString::to_string)
    }

    /// What the policies say of an operation. An operation that the contract does not have is refused.
    pub fn decide(&self, who: &Petition, operation: &str) -> Result<Verdict, Problem> {
        let broken = |fault: String| INTERNAL.problem().because(format!("a policy request: {fault}"));
        let uid = |kind: &str, id: &str| -> Result<EntityUid, Problem> {
            let kind = EntityTypeName::from_str(kind).map_err(|fault| broken(fault.to_string()))?;
            Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
        };
        let (principal, action, hall) = (uid(who.kind, "caller")?, uid("Action", operation)?, uid("Hall", HALL)?);
        let flag = RestrictedExpression::new_bool;
        let context = Context::from_pairs([
            ("ial".to_owned(), RestrictedExpression::new_long(who.ial)),
            ("fresh".to_owned(), flag(who.fresh)),
            ("signed".to_owned(), flag(who.signed)),
            ("demo".to_owned(), flag(who.demo)),
            ("behalf".to_owned(), flag(who.behalf)),
        ])
        .map_err(|fault| broken(fault.to_string()))?;
        let Ok(request) = Request::new(principal.clone(), action, hall, context, Some(&self.schema)) else {
            return Ok(Verdict { is_allowed: false, policies: vec![] });
        };
        // Only officers have attributes; Cedar takes everyone else as they are named.
        let with_officer;
        let entities = if who.kind == "Officer" {
            let roles = who.roles.iter().cloned().map(RestrictedExpression::new_string);
            let attributes = [
                ("office".to_owned(), RestrictedExpression::new_string(who.office.clone())),
                ("roles".to_owned(), RestrictedExpression::new_set(roles)),
            ];
            let officer = Entity::new(principal, attributes.into(), iter::empty().collect()).map_err(|fault| broken(fault.to_string()))?;
            with_officer = self.fixed.clone().add_entities([officer], None).map_err(|fault| broken(fault.to_string()))?;
            &with_officer
        } else {
            &self.fixed
        };
        let response = Authorizer::new().is_authorized(&request, &self.set, entities);
        // Cedar passes over a policy that fails to evaluate; a forbid that fails must not open a door.
        let has_failed = response.diagnostics().errors().next().is_some();
        let mut policies: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        policies.sort();
        Ok(Verdict { is_allowed: response.decision() == Decision::Allow && !has_failed, policies })
    }

    /// Allows a request and says on which grounds, or refuses it with the Problem that helps most: what would have to be added for it
    /// to be allowed.
    pub fn require(&self, ctx: &Ctx, operation: &str) -> Result<Grounds, Problem> {
        let who = Petition::of(ctx);
        let verdict = self.decide(&who, operation)?;
        if verdict.is_allowed {
            return Ok(Grounds { set: self.hash, policies: verdict.policies });
        }
        if who.kind == "Visitor" {
            return Err(SIGN_IN_REQUIRED.problem());
        }
        let missing = [
            (Petition { signed: true, fresh: true, ..who.clone() }, &SIGNATURE_REQUIRED, !who.signed),
            (Petition { fresh: true, ..who.clone() }, &STEP_UP_REQUIRED, !who.fresh),
            (Petition { ial: 300, signed: true, fresh: true, ..who.clone() }, &IDENTITY_TOO_WEAK, who.ial < 300),
        ];
        // What asks least of the person comes first.
        for place in [1, 0, 2] {
            if let Some((would, code, lacks)) = missing.get(place)
                && *lacks
                && self.decide(would, operation)?.is_allowed
            {
                return Err(code.problem());
            }
        }
        let by = if verdict.policies.is_empty() { "-".to_owned() } else { verdict.policies.join(", ") };
        Err(FORBIDDEN.problem().detail(
            format!("นโยบายของศาลาไม่อนุญาต ({operation}; นโยบาย: {by})"),
            format!("The policies of this hall do not allow it ({operation}; policies: {by})."),
        ))
    }
}

impl People {
    /// Puts the policies in force that the whole hall asks. Once; a hall changes its policies by a restart.
    pub fn adopt_policies(&self, policies: Policies) {
        let _ = self.policies.set(policies);
    }

    /// The policies in force.
    pub(crate) fn policies(&self) -> Result<&Policies, Problem> {
        self.policies.get().ok_or_else(|| INTERNAL.problem().because("no policies have been adopted"))
    }

    /// See [`Policies::require`].
    pub fn require_policy(&self, ctx: &Ctx, operation: &str) -> Result<Grounds, Problem> {
        self.policies()?.require(ctx, operation)
    }

    /// Publishes the set in force, if the record does not have it as the newest: so that what acts cite can be read back.
    pub(crate) async fn publish_policies(&self, ctx: &Ctx) -> Result<(), Problem> {
        let Some(policies) = self.policies.get() else { return Ok(()) };
        let newest = ActFilter { kind: Some(acts::PUBLISH_POLICIES.kind.to_owned()), limit: 1, ..ActFilter::default() };
        let newest = self.store.acts(&newest).await?;
        if newest.first().is_some_and(|act| act.leaf.public.get(POLICY_SET) == Some(&Value::from(policies.hash))) {
            return Ok(());
        }
        let draft = Draft::new(&acts::PUBLISH_POLICIES, "Profile of the hall, policies")
            .public(POLICY_SET, policies.hash)
            .open("policies", policies.text.as_str())
            .open("schema", policies.schema_text.as_str());
        self.store.act(ctx, draft, |_| Box::pin(async { Ok(()) })).await.map(drop)
    }
}

/// The schema in Cedar's own syntax: kinds of callers, circumstances, and every operation with its groups.
fn schema(operations: &[Operation]) -> String {
    let mut text = String::from(
        "entity Hall;\nentity Visitor;\nentity Citizen;\nentity System;\nentity Officer = { office: String, roles: Set<String> };\n\
         type Circumstances = { ial: Long, fresh: Bool, signed: Bool, demo: Bool, behalf: Bool };\n\
         action \"public\";\naction \"read\";\naction \"write\";\n",
    );
    let rooms: BTreeSet<&str> = operations.iter().map(|operation| operation.room.as_str()).collect();
    for room in rooms {
        // Writing into a String can't fail.
        let _ = writeln!(text, "action \"room {room}\";");
    }
    for operation in operations {
        let mut groups = vec![format!("\"room {}\"", operation.room), if operation.is_safe { "\"read\"" } else { "\"write\"" }.to_owned()];
        if operation.is_public {
            groups.push("\"public\"".to_owned());
        }
        let _ = writeln!(
            text,
            "action \"{}\" in [{}] appliesTo {{ principal: [Visitor, Citizen, Officer, System], resource: [Hall], context: Circumstances }};",
            operation.id,
            groups.join(", ")
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations() -> Vec<Operation> {
        let operation = |id: &str, room: &str, is_public, is_safe| Operation { id: id.into(), room: room.into(), is_public, is_safe };
        vec![
            operation("list_acts", "record", true, true),
            operation("answer_run", "measures", false, false),
            operation("erase_me", "people", false, false),
        ]
    }

    const TEXT: &str = r#"
        @id("anyone-reads")
        permit(principal, action in Action::"public", resource);
        @id("signed-in")
        permit(principal is Citizen, action, resource);
        @id("approvers")
        permit(principal is Officer, action == Action::"answer_run", resource) when { principal.roles.contains("approver") };
        @id("consequential")
        forbid(principal, action in [Action::"answer_run", Action::"erase_me"], resource) unless { context.signed || context.demo };
    "#;

    fn who(kind: &'static str, roles: &[&str], signed: bool) -> Petition {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        Petition { kind, office: "traffic".into(), roles, ial: 110, fresh: false, signed, demo: false, behalf: false }
    }

    #[test]
    fn what_is_permitted_is_allowed_and_the_policy_is_named() {
        let policies = Policies::parse(TEXT, &operations()).unwrap();
        let allowed = |who: &Petition, operation: &str| {
            let verdict = policies.decide(who, operation).unwrap();
            (verdict.is_allowed, verdict.policies.join(" "))
        };
        assert_eq!(allowed(&who("Visitor", &[], false), "list_acts"), (true, "anyone-reads".into()));
        assert_eq!(allowed(&who("Visitor", &[], false), "erase_me"), (false, "consequential".into()));
        assert_eq!(allowed(&who("Officer", &["approver"], true), "answer_run"), (true, "approvers".into()));
        assert_eq!(allowed(&who("Officer", &["analyst"], true), "answer_run"), (false, String::new()));
        assert_eq!(allowed(&who("Citizen", &[], true), "no_such_operation"), (false, String::new()));
    }

    #[test]
    fn faults_of_a_policy_are_told() {
        for (text, expected) in [
            ("permit(principal, action, resource);", "no @id"),
            ("@id(\"a\") permit(principal, action == Action::\"no_such\", resource);", "no_such"),
            ("@id(\"a\") permit(principal, action, resource) when { context.colour == 1 };", "colour"),
            ("@id(\"a\") permit(principal, action, resource); @id(\"a\") forbid(principal, action, resource);", "a"),
            ("permit(", ""),
        ] {
            let fault = Policies::parse(text, &operations()).unwrap_err();
            assert!(fault.contains(expected), "{text}: {fault}");
        }
    }

    #[test]
    fn the_hash_changes_with_the_policies_and_with_the_schema() {
        let one = Policies::parse(TEXT, &operations()).unwrap().hash();
        assert_eq!(one, Policies::parse(TEXT, &operations()).unwrap().hash());
        assert_ne!(one, Policies::parse(&format!("{TEXT}\n"), &operations()).unwrap().hash());
        assert_ne!(
            one,
            Policies::parse(
                TEXT,
                &[operations(), vec![Operation { id: "x".into(), room: "people".into(), is_public: false, is_safe: true }]].concat()
            )
            .unwrap()
            .hash()
        );
    }
}
