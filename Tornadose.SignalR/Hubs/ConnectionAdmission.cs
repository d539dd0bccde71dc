using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>How much one SignalR connection may ask of the process: its calls, its subscriptions, its large writes.</summary>
/// <param name="connection">The connection.</param>
/// <param name="hub">What the hubs share.</param>
internal sealed class ConnectionAdmission(HubConnectionContext connection, StoreHubContext hub)
{
    /// <summary>
    /// Far above what a client has refused that subscribes to all its stores at once and meets
    /// <see cref="TornadoseOptions.MaxHubCallsPerSecond"/>.
    /// </summary>
    private const int MaxRefusedPerSecond = 1000;

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    private readonly Lock _refusals = new();
    private long _refusedSince;
    private int _refused;
    private int _permits;

    /// <summary>Whose connection it is, where that is known still: a page that has closed has no request any more to ask.</summary>
    public string? Key => connection.GetHttpContext() is { } context ? ClientKey.Of(context, hub.Options) : null;

    /// <summary>
    /// Whom large writes are counted for; those who are counted for nobody have one bound together. Kept, because a stream that is
    /// written when its page has closed has no request any more to ask.
    /// </summary>
    public string LargeWritesKey { get; private set; } = "";

    /// <summary>Counts a call of the client.</summary>
    /// <exception cref="HubException">They are too many.</exception>
    public void Call()
    {
        if (!hub.Registry.Admission.TryCall(
            hub.Options.UserId(connection.User) is { } user ? $"user {user}" : $"connection {connection.ConnectionId}"))
            throw HubRefusal.Of(AdmissionRefusal.TooManyCalls);
    }

    /// <summary>
    /// Runs what a client has asked for. A client that goes on although it is refused again and again loses its connection: each refusal
    /// costs the server an exception.
    /// </summary>
    public async Task<T> CountRefusalsAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (HubException refusal) when (HubRefusal.IsRefusal(refusal))
        {
            if (IsOneRefusalTooMany())
                End();
            throw;
        }
    }

    /// <summary>Gives the permit for one more subscription. To be disposed when it has ended.</summary>
    /// <exception cref="HubException">There is none.</exception>
    public IDisposable Enter(MessageStore store, string transport, string? key)
    {
        LargeWritesKey = key ?? "";
        StoreCapacity[] capacities = store.Options.MaxSubscribers is { } max ? [new(store.Name, max)] : [];
        var admission = hub.Registry.Admission;
        if (Interlocked.Increment(ref _permits) > hub.Options.MaxSubscriptionsPerConnection)
        {
            Interlocked.Decrement(ref _permits);
            admission.Refuse(transport, AdmissionRefusal.ConnectionFull);
            throw HubRefusal.Of(AdmissionRefusal.ConnectionFull);
        }

        if (admission.TryEnter(transport, key, capacities, out var place, out var refusal))
            return new Permit(this, place);
        Interlocked.Decrement(ref _permits);
        throw HubRefusal.Of(refusal);
    }

    /// <summary>Waits until an item of a stream may be written. To be disposed when it was.</summary>
    public ValueTask<IDisposable?> EnterLargeWriteAsync(long bytes, CancellationToken cancellationToken) =>
        hub.LargeWrites.EnterAsync(LargeWritesKey, bytes, cancellationToken);

    private bool IsOneRefusalTooMany()
    {
        lock (_refusals)
        {
            var now = hub.Registry.GetTimestamp();
            if (_refused == 0 || hub.Registry.Elapsed(_refusedSince, now) >= OneSecond)
                (_refusedSince, _refused) = (now, 0);
            return ++_refused == MaxRefusedPerSecond + 1;
        }
    }

    /// <summary>The goodbye is not waited for: a client that does not read must not keep the call that ends its connection.</summary>
    private void End()
    {
        hub.Registry.Logger.HubConnectionRefusedTooOften(MaxRefusedPerSecond);
        _ = connection.WriteAsync(new CloseMessage(AdmissionRefusal.TooManyCalls.Description, allowReconnect: true)).AsTask();
        connection.Abort();
    }

    /// <summary>The process's permit for a subscription, and one of those that the connection may have.</summary>
    private sealed class Permit(ConnectionAdmission connection, IDisposable admitted) : IDisposable
    {
        private bool _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, true))
                return;
            Interlocked.Decrement(ref connection._permits);
            admitted.Dispose();
        }
    }
}
