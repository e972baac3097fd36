// A certified OpenID provider with the accounts of its first argument, by login name. Prints its issuer, then runs until it is ended.
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// run in web/, where the package is installed
const { default: Provider } = await import(pathToFileURL(join(process.cwd(), "node_modules/oidc-provider/lib/index.js")));
const [accounts, redirectUris, clientSecret] = process.argv.slice(2).map((text) => JSON.parse(text));
const SCOPES = "openid email groups";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "careplus",
        client_secret: clientSecret,
        redirect_uris: redirectUris,
        response_types: ["code"],
        grant_types: ["authorization_code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    // groups and address in the ID token, as hospitals' providers are set up
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: `subject-${id}`, ...accounts[id] }) },
    // no page asks for consent
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(SCOPES);
      await grant.save();
      return grant;
    },
    cookies: { keys: ["a key of this test"] },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
