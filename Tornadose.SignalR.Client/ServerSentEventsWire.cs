namespace Tornadose.SignalR.Client;

/// <summary>Server-Sent Events: a response that stays open.</summary>
internal sealed class ServerSentEventsWire(StoreRequests requests, MessageReader messages) : Wire
{
    private const string MediaType = "text/event-stream";

    public override string Name => "sse";

    public override async Task<WireConnection> OpenAsync(FollowCursor cursor, Attempt attempt)
    {
        var ticket = await requests.GetTicketAsync(messages.Stores, "sse", attempt.Token).ConfigureAwait(false);
        var url = requests.Address.Of(messages.Stores, cursor.Query.Concat(ticket));
        var response = await requests.GetAsync(url, MediaType, requests.Options.UseTickets, attempt.Token).ConfigureAwait(false);
        try
        {
            if (response.Content.Headers.ContentType?.MediaType is not MediaType and var other)
                throw new StoreConnectionException(
                    $"The server answered with '{other}' instead of an event stream. Is BaseAddress the URL of MapStores?");
            var stream = await response.Content.ReadAsStreamAsync(attempt.Token).ConfigureAwait(false);
            var events = new EventStreamReader(stream, attempt.Heard, retry => attempt.Retry = retry);
            return new Connection(response, events, messages, attempt);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private sealed class Connection(
        HttpResponseMessage response, EventStreamReader events, MessageReader messages, Attempt attempt) : WireConnection
    {
        public override async ValueTask<ReceivedMessage?> ReadAsync()
        {
            while (await events.ReadAsync(attempt.Token).ConfigureAwait(false) is { } received)
                if (messages.Event(received) is { } message)
                    return message;
            return null;
        }

        public override ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
