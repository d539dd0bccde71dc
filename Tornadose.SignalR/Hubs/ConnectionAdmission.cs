using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>The limits of one SignalR connection: its calls, its subscriptions, its large writes.</summary>
/// <param name="connection">The connection.</param>
/// <param name="hub">What the hubs share.</param>
internal sealed class ConnectionAdmission(HubConnectionContext connection, StoreHubContext hub)
{
    /// <summary>
    /// Far above the refusals of a client that subscribes to all its stores at once and meets
    /// <see cref="TornadoseOptions.MaxHubCallsPerSecond"/>.
    /// </summary>
    private const int MaxRefusedPerSecond = 1000;

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    private readonly Lock _refusals = new();
    private long _refusedSince;
    private int _refused;
    private int _permits;

    /// <summary>The connection's rate-limit key; null for none, and once the page has closed, because its request is gone.</summary>
    public string? Key => connection.GetHttpContext() is { } context ? ClientKey.Of(context, hub.Options) : null;

    /// <summary>
    /// The rate-limit key of large writes; connections without one share a limit. Stored, because a stream may be written after its page
    /// has closed, when the request is gone.
    /// </summary>
    public string LargeWritesKey { get; private set; } = "";

    /// <summary>Counts a call of the client.</summary>
    /// <exception cref="HubException">There are too many calls.</exception>
    public void Call()
    {
        if (!hub.Registry.Admission.TryCall(
            hub.Options.UserId(connection.User) is { } user ? $"user {user}" : $"connection {connection.ConnectionId}"))
            throw HubRefusal.Of(AdmissionRefusal.TooManyCalls);
    }

    /// <summary>
    /// Runs a client's call. A client that goes on although it is refused again and again loses its connection: each refusal costs
    /// the server an exception.
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

    /// <summary>Acquires the permit for one more subscription. Dispose it when the subscription has ended.</summary>
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

    /// <summary>Waits until an item of a stream may be written. Dispose the result when it was written.</summary>
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

    /// <summary>
    /// The close message is not awaited: a client that does not read must not hold up the call that ends its connection.
    /// </summary>
    private void End()
    {
        hub.Registry.Logger.HubConnectionRefusedTooOften(MaxRefusedPerSecond);
        _ = connection.WriteAsync(new CloseMessage(AdmissionRefusal.TooManyCalls.Description, allowReconnect: true)).AsTask();
        connection.Abort();
    }

    /// <summary>The process's permit for a subscription, and the connection's.</summary>
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
