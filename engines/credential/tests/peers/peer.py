"""PyPI sd-jwt, jwcrypto and joserfc as a separate process: one request as JSON on the input, one answer as JSON on the output."""

import json
import sys

from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.utils.yaml_specification import load_yaml_specification, remove_sdobj_wrappers
from sd_jwt.verifier import SDJWTVerifier

JWE_ALGORITHMS = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"]


def key(members):
    return JWK.from_json(json.dumps(members))


def issue(ask):
    """Each top-level claim named in `disclosable` goes behind a digest, `languages` and `address` element by element too."""
    claims = {}
    for name, value in ask["claims"].items():
        if name in ask["disclosable"]:
            if isinstance(value, list):
                value = [SDObj(element) for element in value]
            elif isinstance(value, dict):
                value = {SDObj(inner): each for inner, each in value.items()}
            claims[SDObj(name)] = value
        else:
            claims[name] = value
    issuer = SDJWTIssuer(
        claims, key(ask["issuer"]), key(ask["holder"]), add_decoy_claims=True, extra_header_parameters={"typ": "dc+sd-jwt"}
    )
    return {"issued": issuer.sd_jwt_issuance}


def issue_example(ask):
    """An example specification of the SD-JWT VC draft: issued, shown as it says, and what should be seen of it."""
    example = load_yaml_specification(ask["specification"])
    claims = {"iss": ask["iss"], "iat": ask["now_s"], **example["user_claims"]}
    header = {"kid": "k", **example["extra_header_parameters"]}
    holder = key(ask["holder"]) if example["key_binding"] else None
    issuer = SDJWTIssuer(claims, key(ask["issuer"]), holder, add_decoy_claims=True, extra_header_parameters=header)
    shown = SDJWTHolder(issuer.sd_jwt_issuance)
    binding = [ask["nonce"], ask["audience"], holder] if holder else []
    shown.create_presentation(example["holder_disclosed_claims"], *binding)
    verified = SDJWTVerifier(shown.sd_jwt_presentation, lambda _issuer, _header: key(ask["issuer"]))
    return {
        "issued": issuer.sd_jwt_issuance,
        "claims": remove_sdobj_wrappers(claims),
        "presented": shown.sd_jwt_presentation,
        "shown": verified.get_verified_payload(),
        "is_bound": holder is not None,
    }


def present(ask):
    holder = SDJWTHolder(ask["issued"])
    holder.create_presentation(ask["disclose"], ask["nonce"], ask["audience"], key(ask["holder"]))
    return {"presented": holder.sd_jwt_presentation}


def verify(ask):
    verifier = SDJWTVerifier(ask["presented"], lambda _issuer, _header: key(ask["issuer"]), ask["audience"], ask["nonce"])
    return {"claims": verifier.get_verified_payload()}


def encrypt(ask):
    header = {"alg": ask["alg"], "enc": ask["enc"], "apu": "QWxpY2U", "apv": "Qm9i"}
    message = JWE(ask["plaintext"].encode(), json.dumps(header), recipient=key(ask["key"]), algs=JWE_ALGORITHMS)
    return {"jwe": message.serialize(compact=True)}


def decrypt(ask):
    message = JWE(algs=JWE_ALGORITHMS)
    message.deserialize(ask["jwe"], key(ask["key"]))
    second = joserfc_jwe.decrypt_compact(ask["jwe"], ECKey.import_key(ask["key"]), algorithms=JWE_ALGORITHMS)
    assert message.payload == second.plaintext
    return {"plaintext": message.payload.decode()}


def verify_jws(ask):
    token = JWS()
    token.deserialize(ask["jws"], key(ask["key"]))
    return {"payload": json.loads(token.payload), "thumbprint": key(ask["key"]).thumbprint()}


def sign_rsa(ask):
    pair = JWK.generate(kty="RSA", size=2048)
    token = JWS(ask["payload"].encode())
    token.add_signature(pair, None, json.dumps({"alg": ask["alg"]}))
    return {"jws": token.serialize(compact=True), "key": pair.export_public(as_dict=True), "thumbprint": pair.thumbprint()}


ask = json.load(sys.stdin)
operations = [issue, issue_example, present, verify, encrypt, decrypt, verify_jws, sign_rsa]
json.dump({operation.__name__: operation for operation in operations}[ask["do"]](ask), sys.stdout)
