using System.Globalization;
using System.Text.Json;

namespace Tornadose.SignalR.Client;

/// <summary>One request after the other, each answered as soon as there is something after the id.</summary>
internal sealed class LongPollingWire(StoreRequests requests, MessageReader messages) : Wire
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time = requests.Time;

    public override string Name => "long-polling";

    public override bool TellsPosition => true;

    /// <summary>Two thirds of <c>ServerTimeout</c>, which leaves the answer a third of it to arrive.</summary>
    private TimeSpan Wait
    {
        get
        {
            var silence = requests.Options.ServerTimeout;
            return silence == Timeout.InfiniteTimeSpan
                ? Usual
                : TimeSpan.FromTicks(Math.Clamp(silence.Ticks * 2 / 3, Shortest.Ticks, Longest.Ticks));
        }
    }

    /// <summary>The first poll does not wait, so that a refusal is reported before the connection counts as open.</summary>
    public override async Task<WireConnection> OpenAsync(FollowCursor cursor, Attempt attempt) =>
        new Connection(this, cursor, attempt, await PollAsync(cursor, TimeSpan.Zero, attempt.Token).ConfigureAwait(false));

    /// <summary>
    /// One poll. With a wait of zero it tells where a subscription begins, which other wires tell only with the first message: without it,
    /// a connection lost before that message would lose its position.
    /// </summary>
    public async Task<PollAnswer> PollAsync(FollowCursor cursor, TimeSpan wait, CancellationToken cancellationToken)
    {
        var parameter = ("wait", string.Create(CultureInfo.InvariantCulture, $"{(long)wait.TotalMilliseconds}ms"));
        var url = requests.Address.Of(messages.Stores, cursor.Query.Append(parameter));
        using var response = await requests.GetAsync(url, "application/json", hasTicket: false, cancellationToken).ConfigureAwait(false);
        return Read(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
    }

    private PollAnswer Read(ReadOnlySpan<byte> answer)
    {
        var received = new Queue<ReceivedMessage>();
        string? id = null;
        var reader = MessageReader.Open(answer);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The answer to a poll must be a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "id")
                id = reader.GetString();
            else if (name == "messages")
                ReadItems(ref reader, answer, received);
            else
                reader.Skip();
        }

        return new PollAnswer(received, string.IsNullOrEmpty(id) ? null : id);
    }

    private void ReadItems(ref Utf8JsonReader reader, ReadOnlySpan<byte> answer, Queue<ReceivedMessage> received)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var begin = (int)reader.TokenStartIndex;
            reader.Skip();
            if (messages.Envelope(answer[begin..(int)reader.BytesConsumed]) is { } message)
                received.Enqueue(message);
        }
    }

    private sealed class Connection(LongPollingWire wire, FollowCursor cursor, Attempt attempt, PollAnswer answer) : WireConnection
    {
        private PollAnswer _answer = answer;

        public override ValueTask<ReceivedMessage?> ReadAsync() =>
            _answer.Messages.TryDequeue(out var message) ? new(message) : PollAsync();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async ValueTask<ReceivedMessage?> PollAsync()
        {
            while (true)
            {
                if (_answer.Id is { } id)
                    cursor.Move(id);
                var asked = wire._time.GetTimestamp();
                _answer = await wire.PollAsync(cursor, wire.Wait, attempt.Token).ConfigureAwait(false);
                attempt.Heard();
                if (_answer.Messages.TryDequeue(out var message))
                    return message;
                // A server that is stopping answers at once: without this the client would poll it in a tight loop.
                if (wire._time.GetElapsedTime(asked) < wire.Wait / 2)
                    return null;
            }
        }
    }
}

/// <summary>The answer of a poll.</summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="Id">The id for the next poll; null while the server does not know it.</param>
internal sealed record PollAnswer(Queue<ReceivedMessage> Messages, string? Id);
