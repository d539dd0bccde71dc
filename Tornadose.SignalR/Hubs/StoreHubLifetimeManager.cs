using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Makes the SignalR group named after a store its set of subscribers. Everything is forwarded to the manager that the application has
/// registered, in memory or across nodes; in addition, a connection of this process that enters a store's group gets a subscriber, and
/// loses it when it leaves.
/// </summary>
/// <remarks>
/// No store message goes through a group send: it would complete with the slowest member, and with a backplane under the manager every
/// node's send would reach the clients of all nodes.
/// </remarks>
internal sealed class StoreHubLifetimeManager<THub> : HubLifetimeManager<THub>, IAsyncDisposable, IDisposable
    where THub : Hub
{
    private readonly ConcurrentDictionary<string, ConnectionSubscriptions> _local = new(StringComparer.Ordinal);
    private readonly HubLifetimeManager<THub> _inner;
    private readonly StoreHubContext _hub;
    private readonly InnerGroups<THub> _groups;
    private readonly RemoteGroups _remote;
    private int _disposed;

    public StoreHubLifetimeManager(HubLifetimeManager<THub> inner, StoreHubContext hub)
    {
        (_inner, _hub) = (inner, hub);
        _groups = new InnerGroups<THub>(inner);
        _remote = new RemoteGroups(typeof(THub).FullName!, hub, connectionId => _local.GetValueOrDefault(connectionId));
    }

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        var subscriptions = new ConnectionSubscriptions(connection, _groups, _hub);
        connection.Features.Set(subscriptions);
        _local[connection.ConnectionId] = subscriptions;
        return _inner.OnConnectedAsync(connection);
    }

    public override async Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (_local.TryRemove(connection.ConnectionId, out var subscriptions))
            await subscriptions.CloseAsync();
        await _inner.OnDisconnectedAsync(connection);
    }

    public override async Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        if (_local.TryGetValue(connectionId, out var subscriptions))
            await subscriptions.EnterAsync(groupName, after: null, access: null, cancellationToken);
        else if (!await _remote.TryEnterAsync(connectionId, groupName, cancellationToken))
            await _inner.AddToGroupAsync(connectionId, groupName, cancellationToken);
    }

    public override async Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        if (_local.TryGetValue(connectionId, out var subscriptions))
            await subscriptions.LeaveAsync(groupName, cancellationToken);
        else if (!await _remote.TryLeaveAsync(connectionId, groupName, cancellationToken))
            await _inner.RemoveFromGroupAsync(connectionId, groupName, cancellationToken);
    }

    public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _inner.SendAllAsync(methodName, args, cancellationToken);

    public override Task SendAllExceptAsync(
        string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default) =>
        _inner.SendAllExceptAsync(methodName, args, excludedConnectionIds, cancellationToken);

    public override Task SendConnectionAsync(
        string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _inner.SendConnectionAsync(connectionId, methodName, args, cancellationToken);

    public override Task SendConnectionsAsync(
        IReadOnlyList<string> connectionIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _inner.SendConnectionsAsync(connectionIds, methodName, args, cancellationToken);

    public override Task SendGroupAsync(
        string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _inner.SendGroupAsync(groupName, methodName, args, cancellationToken);

    public override Task SendGroupsAsync(
        IReadOnlyList<string> groupNames, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _inner.SendGroupsAsync(groupNames, methodName, args, cancellationToken);

    public override Task SendGroupExceptAsync(
        string groupName, string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds,
        CancellationToken cancellationToken = default) =>
        _inner.SendGroupExceptAsync(groupName, methodName, args, excludedConnectionIds, cancellationToken);

    public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _inner.SendUserAsync(userId, methodName, args, cancellationToken);

    public override Task SendUsersAsync(
        IReadOnlyList<string> userIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _inner.SendUsersAsync(userIds, methodName, args, cancellationToken);

    public override Task<T> InvokeConnectionAsync<T>(
        string connectionId, string methodName, object?[] args, CancellationToken cancellationToken) =>
        _inner.InvokeConnectionAsync<T>(connectionId, methodName, args, cancellationToken);

    public override Task SetConnectionResultAsync(string connectionId, Microsoft.AspNetCore.SignalR.Protocol.CompletionMessage result) =>
        _inner.SetConnectionResultAsync(connectionId, result);

    public override bool TryGetReturnType(string invocationId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Type? type) =>
        _inner.TryGetReturnType(invocationId, out type);

    /// <summary>The container does not know the inner manager. It disposes this one once for each type that it is registered as.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return ValueTask.CompletedTask;
        if (_inner is IAsyncDisposable disposable)
            return disposable.DisposeAsync();
        (_inner as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
