using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The bus that several servers share in place of Redis: every listener gets every message.</summary>
internal sealed class HubBus
{
    private readonly ConcurrentBag<Func<object, Task>> _listeners = [];

    /// <summary>All managers that were created, for any hub.</summary>
    public ConcurrentBag<object> Managers { get; } = [];

    public void Listen(Func<object, Task> listener) => _listeners.Add(listener);

    public Task SendAsync(object message) => Task.WhenAll(_listeners.Select(listener => listener(message)));
}

/// <summary>
/// A scale-out manager like that of <c>AddStackExchangeRedis()</c>: a group send goes to every server, each of which forwards it to its
/// own members; a group command for another server's connection is sent to that server.
/// </summary>
internal sealed class BusHubLifetimeManager<THub> : DefaultHubLifetimeManager<THub>, IDisposable
    where THub : Hub
{
    private readonly HubBus _bus;
    private readonly ConcurrentDictionary<string, bool> _local = new();

    public BusHubLifetimeManager(HubBus bus, Microsoft.Extensions.Logging.ILogger<DefaultHubLifetimeManager<THub>> logger)
        : base(logger)
    {
        _bus = bus;
        bus.Listen(ReceiveAsync);
        bus.Managers.Add(this);
    }

    public int GroupSends { get; private set; }

    public int Disposals { get; private set; }

    public bool FailsGroupCommands { get; set; }

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _local[connection.ConnectionId] = true;
        return base.OnConnectedAsync(connection);
    }

    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        if (FailsGroupCommands)
            throw new InvalidOperationException("The bus is down.");
        return _local.ContainsKey(connectionId)
            ? base.AddToGroupAsync(connectionId, groupName, cancellationToken)
            : _bus.SendAsync(new GroupCommand(connectionId, groupName));
    }

    public override Task SendGroupAsync(string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default)
    {
        GroupSends++;
        return _bus.SendAsync(new Send(SendTo.Group, groupName, methodName, args));
    }

    public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _bus.SendAsync(new Send(SendTo.All, "", methodName, args));

    public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _bus.SendAsync(new Send(SendTo.User, userId, methodName, args));

    public override Task SendConnectionAsync(
        string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
        _bus.SendAsync(new Send(SendTo.Connection, connectionId, methodName, args));

    public void Dispose() => Disposals++;

    private Task ReceiveAsync(object message) => message switch
    {
        Send { To: SendTo.All } send => base.SendAllAsync(send.Method, send.Arguments),
        Send { To: SendTo.Group } send => base.SendGroupAsync(send.Target, send.Method, send.Arguments),
        Send { To: SendTo.User } send => base.SendUserAsync(send.Target, send.Method, send.Arguments),
        Send { To: SendTo.Connection } send => base.SendConnectionAsync(send.Target, send.Method, send.Arguments),
        GroupCommand command when _local.ContainsKey(command.ConnectionId) => base.AddToGroupAsync(command.ConnectionId, command.Group),
        _ => Task.CompletedTask,
    };

    private sealed record Send(SendTo To, string Target, string Method, object?[] Arguments);

    private sealed record GroupCommand(string ConnectionId, string Group);

    private enum SendTo
    {
        All,
        Group,
        User,
        Connection,
    }
}
