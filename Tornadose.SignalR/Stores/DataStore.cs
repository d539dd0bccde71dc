using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A store of either kind: what is published is checked and encoded here, and goes to the backplane.</summary>
internal sealed class DataStore(StoreDefinition definition, StoreOptions options, IBackplaneChannel channel, StoreSerializer serializer)
    : IDataStore, IAsyncDisposable
{
    private const int MaxKeyLength = 256;

    public string Name => definition.Name;

    public StoreKind Kind => definition.Kind;

    public StoreOptions Options => options;

    public MessagePosition Position => Log.Position;

    /// <summary>What a subscriber gets that says nothing of a start: the value first, or what is published from now on.</summary>
    public StartAt DefaultStart => Kind == StoreKind.Data ? StartAt.Latest : StartAt.Now;

    internal MessageLog Log => channel.Log;

    internal StoreSerializer Serializer => serializer;

    public ValueTask<MessagePosition> PublishAsync(string text, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return AppendAsync(StoreSerializer.Encode(text), MessageFormat.Text, options, cancellationToken);
    }

    public ValueTask<MessagePosition> PublishAsync(ReadOnlyMemory<byte> utf8Text, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (!Utf8.IsValid(utf8Text.Span))
            throw new ArgumentException("The bytes are not valid UTF-8. Messages are text or JSON: encode binary data as base64.", nameof(utf8Text));
        return AppendAsync(utf8Text, MessageFormat.Text, options, cancellationToken);
    }

    public ValueTask<MessagePosition> PublishAsync<T>(T value, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value is string text
            ? PublishAsync(text, options, cancellationToken)
            : AppendAsync(serializer.Serialize(value), MessageFormat.Json, options, cancellationToken);
    }

    /// <summary>Publishes JSON that is known to be valid and on one line.</summary>
    public ValueTask<MessagePosition> PublishJsonAsync(ReadOnlyMemory<byte> json, PublishOptions? options, CancellationToken cancellationToken) =>
        AppendAsync(json, MessageFormat.Json, options, cancellationToken);

    public bool TryGetLatest([NotNullWhen(true)] out StoreMessage? message)
    {
        Log.TrimExpired();
        message = Log.Latest?.Message;
        return message is not null;
    }

    public MessageLogSnapshot GetSnapshot()
    {
        Log.TrimExpired();
        return MessageLogSnapshot.Of(Log);
    }

    public MessageCursor OpenCursor(StartAt start)
    {
        Log.TrimExpired();
        return new MessageCursor(Log, options.SlowConsumer, CursorStart.Resolve(Log, start, newestWins: Kind == StoreKind.Data));
    }

    public async IAsyncEnumerable<StoreMessage> ReadAllAsync(StartAt start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var following = await FollowAsync(cancellationToken).ConfigureAwait(false);
        var cursor = OpenCursor(start);
        do
        {
            while (cursor.TryRead(out StoreMessage? message))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return message;
            }
        }
        while (await cursor.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
    }

    public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken = default) => channel.FollowAsync(cancellationToken);

    public ValueTask DisposeAsync() => channel.DisposeAsync();

    private ValueTask<MessagePosition> AppendAsync(ReadOnlyMemory<byte> data, MessageFormat format, PublishOptions? published, CancellationToken cancellationToken)
    {
        if (data.Length > options.MaxMessageBytes)
            throw new MessageTooLargeException(Name, data.Length, options.MaxMessageBytes);
        if (published is null)
            return channel.AppendAsync(new MessageContent(data, format, null), null, cancellationToken);
        if (published.IdempotencyKey is { Length: 0 or > MaxKeyLength })
            throw new ArgumentException($"An idempotency key has 1 to {MaxKeyLength} characters.", nameof(published));
        return channel.AppendAsync(new MessageContent(data, format, EventTypes.Normalize(published.EventType)), published.IdempotencyKey, cancellationToken);
    }
}
