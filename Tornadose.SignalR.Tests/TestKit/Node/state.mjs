// Builds a keyed store's state from JSON lines with npm @durable-streams/state alone. Commands: {"cut":true} breaks the
// connection, which reconnects with the last id; {"show":id} prints the state once the stream has reached this id.
import { onCommand, options, print, url } from "./lines.mjs";
import { MaterializedState, isChangeEvent, isControlEvent } from "@durable-streams/state";

const state = new MaterializedState();
let lastId, connection, wanted, resets = 0, complete = false, cuts = 0, unknown = 0;

const offset = id => Number(id.split("-")[1]);

function show() {
    if (wanted === undefined || !complete || lastId === undefined || offset(lastId) < offset(wanted))
        return;
    print({ type: "state", entries: Object.fromEntries(state.getType(options.store)), resets, cuts, unknown });
    wanted = undefined;
}

function take({ id, reset, data }) {
    lastId = reset?.id ?? id;
    if (reset)
        resets++;
    else if (isChangeEvent(data))
        state.apply(data);
    else if (!isControlEvent(data))
        unknown++;
    else if (data.headers.control === "reset")
        state.clear();
    else
        complete = data.headers.control === "snapshot-end";
    show();
}

async function follow() {
    while (true) {
        connection = new AbortController();
        complete = false;
        try {
            const headers = { accept: "application/x-ndjson", ...(lastId && { "last-event-id": lastId }) };
            const response = await fetch(url, { headers, signal: connection.signal });
            let text = "";
            for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
                text += chunk;
                for (let end; (end = text.indexOf("\n")) >= 0; text = text.slice(end + 1))
                    if (end > 0)
                        take(JSON.parse(text.slice(0, end)));
            }
        } catch (failure) {
            if (failure.name !== "AbortError")
                print({ type: "error", message: String(failure) });
        }
    }
}

follow();
onCommand(({ cut, show: id }) => {
    if (cut) {
        cuts++;
        connection?.abort();
    }
    wanted = id ?? wanted;
    show();
});
