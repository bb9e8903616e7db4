// Node's own fetch, with a bearer token from the environment and no Azure library.
//
//   fetch.mjs METHOD URL [BODY]
//
// The status, the challenge and the body as one JSON object on standard output.
const [method, url, body] = process.argv.slice(2);
const answer = await fetch(url, {
  method, body,
  headers: {
    authorization: `Bearer ${process.env.ARM_TOKEN}`, "content-type": "application/json",
  },
});
console.log(JSON.stringify({
  status: answer.status, challenge: answer.headers.get("www-authenticate"),
  body: await answer.text(),
}));
