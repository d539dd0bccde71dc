using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Tornadose.SignalR.Client;

/// <summary>Reads a store over a wire, for components that read it in process on the server.</summary>
/// <param name="stores">The store.</param>
/// <param name="json">Reads the values.</param>
/// <param name="follow">Begins a subscription, which reports its states.</param>
/// <param name="shared">Returns the connection that readers share; null if each has its own.</param>
internal sealed class WireStoreReader(
    StoreList stores, JsonSerializerOptions json, Func<StoreList, StartAt, Action<Follower>, CancellationToken, Follower> follow,
    Func<SharedStream?> shared) : IStoreReader
{
    private volatile StoreSubscriptionState _state = StoreSubscriptionState.Connecting;

    public event Action? StateChanged;

    public string Store => stores.Names[0];

    public StoreSubscriptionState State => _state;

    public async Task<StoreSnapshot> GetSnapshotAsync(string? seen, CancellationToken cancellationToken)
    {
        // Does not touch the state of a live read, which may ask for a snapshot after a reset.
        var follower = follow(stores, StartAt.Now, static _ => { }, cancellationToken);
        await using (follower.ConfigureAwait(false))
            return await follower.GetSnapshotAsync(seen).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoreMessage> ReadAsync(
        StoreKind kind, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Set(StoreSubscriptionState.Connecting);
        if (shared() is { } stream && await stream.JoinAsync(Store, after, Set, cancellationToken).ConfigureAwait(false) is { } share)
        {
            try
            {
                await foreach (var (message, id) in share.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                {
                    after = id ?? after;
                    yield return ToMessage(message, kind, id);
                }
            }
            finally
            {
                stream.Leave(Store, share);
            }

            if (share.IsDismissed)
                yield break;
        }

        // Also after a shared connection: only a reader's own connection tells that the store is complete or cannot be read.
        var follower = follow(stores, StartAt.AfterId(after), now => Set(now.State), cancellationToken);
        await using (follower.ConfigureAwait(false))
        {
            while (await follower.NextAsync().ConfigureAwait(false) is { } message)
                yield return ToMessage(message, kind);
        }
    }

    public T GetValue<T>(StoreMessage message)
    {
        var data = message.Key is null ? message.Data : message.Value;
        return new ReceivedMessage(Store, message.Id, message.EventType, message.Format, data, json).GetValue<T>();
    }

    public static StoreMessage ToMessage(ReceivedMessage received, StoreKind kind) => ToMessage(received, kind, received.Id);

    private static StoreMessage ToMessage(ReceivedMessage received, StoreKind kind, string? id)
    {
        var position = MessagePosition.TryParse(id, out var known) ? known : default(MessagePosition?);
        if (received.Reset is { } reset)
            return new StoreMessage(new StoreReset(reset.Reason, position ?? default));
        var content = kind == StoreKind.Keyed && KeyedMessage.Read(received) is { } change
            ? MessageContent.OfReceivedChange(received.Data, change.Key, change.Change, change.Value)
            : new MessageContent(received.Data, received.Format, received.EventType);
        return new StoreMessage(position, content);
    }

    private void Set(StoreSubscriptionState state)
    {
        _state = state;
        StateChanged?.Invoke();
    }
}
