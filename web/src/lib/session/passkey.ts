/** Passkeys (WebAuthn) in the browser; loaded when a person first uses one. */
import type { Schemas } from "../../api/client";
import { type Key, t } from "../i18n/i18n";

/** Ask a passkey to answer a request at sign-in. Throws what the browser throws. */
export async function assertion(request: Schemas["PasskeyRequest"]): Promise<Schemas["PasskeyAssertion"]> {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(request.challenge),
      rpId: request.relying_party,
      allowCredentials: descriptors(request.credentials),
      userVerification: "preferred",
      timeout: request.timeout_ms,
    },
  });
  const { rawId, response } = credential as PublicKeyCredential;
  const { clientDataJSON, authenticatorData, signature } = response as AuthenticatorAssertionResponse;
  return {
    credential: base64url(rawId),
    client_data: base64url(clientDataJSON),
    authenticator_data: base64url(authenticatorData),
    signature: base64url(signature),
  };
}

/** Make a passkey. Throws what the browser throws. */
export async function create(options: Schemas["PasskeyOptions"]): Promise<Omit<Schemas["RegisterPasskey"], "name">> {
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(options.challenge),
      rp: { id: options.relying_party, name: options.relying_party_name },
      user: { id: bytes(options.user_handle), name: options.user_name, displayName: options.display_name },
      pubKeyCredParams: options.algorithms.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: descriptors(options.registered),
      authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
      attestation: "none",
      timeout: options.timeout_ms,
    },
  });
  const { rawId, response } = credential as PublicKeyCredential;
  const made = response as AuthenticatorAttestationResponse;
  return {
    credential: base64url(rawId),
    client_data: base64url(made.clientDataJSON),
    attestation: base64url(made.attestationObject),
    transports: made.getTransports().slice(0, 8),
  };
}

/** The text for what the browser has thrown. */
export function failure(error: unknown): string {
  return t(TEXTS[error instanceof Error ? error.name : ""] ?? "passkey.unused");
}

const TEXTS: Readonly<Record<string, Key>> = {
  InvalidStateError: "passkey.known",
  // the page has another address than the passkeys, or none that they can belong to
  SecurityError: "passkey.address",
};

function descriptors(known: readonly Schemas["KnownPasskey"][]): PublicKeyCredentialDescriptor[] {
  return known.map(({ credential, transports }) => ({
    type: "public-key",
    id: bytes(credential),
    transports: transports as AuthenticatorTransport[],
  }));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function base64url(buffer: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
