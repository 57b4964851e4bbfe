// Package oauth signs a person in with the browser (OAuth 2.0 for native apps, RFC 8252) and keeps an account signed in.
//
// [Flow.Run] opens the system's browser with an authorisation request that carries a fresh state and a PKCE challenge (RFC 7636, S256). The answer comes to a
// listener on loopback that was opened before the browser was, takes nothing but that one answer and closes. The code is then
// redeemed at the token endpoint over verified TLS, and the person's identity in the answer is compared with the address, so that a browser that is
// signed in to somebody else is noticed here and not as a puzzling refusal of the mail server.
//
// [Source] is the account's [auth.Source]. The access token lives in memory only, the refresh token in the keychain under
// [auth.ForRefresh]. Where the server gives a new refresh token with each use, the new one is stored before the access token is handed out. However many
// connections ask, one refresh is made at a time.
//
// Client ids are the builder's or the person's own, see [ClientFor]; the source holds none.
package oauth
