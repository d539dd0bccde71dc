using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>
/// Two servers that share their stores over Redis, in an application that also scales SignalR out by a manager of its own. Store
/// messages arrive once, and messages that the application sends reach all servers.
/// </summary>
[Case("SR-09")]
public abstract class ScaleOutSpecification(RedisFixture redis) : IAsyncLifetime
{
    private const int Messages = 40;

    private readonly List<HubSubscriber> _clients = [];
    private string _prefix = "";
    private HubHost? _one;
    private HubHost? _two;

    private HubHost One => _one!;

    private HubHost Two => _two!;

    public async ValueTask InitializeAsync()
    {
        _prefix = redis.NewPrefix();
        _one = await StartAsync(after: false); // the application registers before us on one server, and after us on the other
        _two = await StartAsync(after: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await One.DisposeAsync();
        await Two.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task StoreMessages_OfBothServers_ReachEachClientOnce()
    {
        var clients = new[]
        {
            await ConnectAsync(One, subscribe: true), await ConnectAsync(One, subscribe: true, binary: true),
            await ConnectAsync(Two, subscribe: true), await ConnectAsync(Two, subscribe: true, binary: true),
        };
        var ids = new List<string>();
        for (var i = 0; i < Messages / 2; i++)
            ids.AddRange([.. await One.PublishAsync(i, 1), .. await Two.PublishAsync(i, 1)]);
        foreach (var client in clients)
            Assert.Equal(ids, (await client.TakeAsync(Messages)).Select(message => message.Id));
        // a duplicate would arrive before these, which take the longer way
        await SendAsync(One.Context.Clients.All, "from one");
        await SendAsync(Two.Context.Clients.Group("orders"), "from two");
        foreach (var client in clients)
            Assert.Equal(
                ["from one", "from two"], (await client.TakeAsync(2)).Select(message => message.Data).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Sends_OfTheApplication_ReachClientsOfTheOtherServer()
    {
        var member = await ConnectAsync(Two, "ann", subscribe: true);
        var named = await ConnectAsync(Two, "bob");
        await One.Context.Groups.AddToGroupAsync(named.Id, "staff");
        await SendAsync(One.Context.Clients.Group("orders"), "group of a store");
        await SendAsync(One.Context.Clients.Group("staff"), "group of none");
        await SendAsync(One.Context.Clients.User("bob"), "user");
        await SendAsync(One.Context.Clients.Client(named.Id), "connection");
        await SendAsync(One.Context.Clients.All, "all");
        Assert.Equal(
            ["all", "group of a store"], (await member.TakeAsync(2)).Select(message => message.Data).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["all", "connection", "group of none", "user"],
            (await named.TakeAsync(4)).Select(message => message.Data).Order(StringComparer.Ordinal));
        Assert.Equal((2, 4), (member.Seen.Count, named.Seen.Count));
    }

    [Fact]
    public async Task Groups_OfAConnectionOfTheOtherServer_SubscribeItAndEndIt()
    {
        var client = await ConnectAsync(Two);
        await Eventually.TrueAsync(async () =>
        {
            await One.Context.Groups.AddToGroupAsync(client.Id, "orders"); // the other server starts to listen shortly after its start
            return Two.Registry.Count == 1;
        });
        var ids = await One.PublishAsync(1, 5);
        Assert.Equal(ids, (await client.TakeAsync(5)).Select(message => message.Id));
        await One.Context.Groups.RemoveFromGroupAsync(client.Id, "orders");
        Assert.Equal(0, Two.Registry.Count);
        await One.PublishAsync(6, 5);
        await SendAsync(One.Context.Clients.Group("orders"), "nobody");
        await SendAsync(One.Context.Clients.Client(client.Id), "still connected");
        Assert.Equal("still connected", (await client.NextAsync()).Data);
    }

    /// <summary>Scales SignalR out, as the application does.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="connectionString">The Redis.</param>
    /// <param name="prefix">The prefix of the test's channels.</param>
    protected abstract void ScaleOut(IServiceCollection services, string connectionString, string prefix);

    /// <summary>Sends a value that the serializers of all protocols support.</summary>
    private static Task SendAsync(IClientProxy clients, string text) =>
        clients.SendAsync("Message", "sent", new Dictionary<string, object?> { ["data"] = text }).WithTimeout();

    private async Task<HubHost> StartAsync(bool after)
    {
        var server = await redis.GetAsync();
        return await HubHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<IUserIdProvider, UserInQuery>();
                if (!after)
                    ScaleOut(builder.Services, server.ConnectionString, _prefix);
            },
            stores =>
            {
                stores.AddStackExchangeRedis(server.ConnectionString, options =>
                {
                    TestBackplane.Quick(options);
                    options.KeyPrefix = _prefix;
                });
                if (after)
                    ScaleOut(stores.Services, server.ConnectionString, _prefix);
            });
    }

    private async Task<HubSubscriber> ConnectAsync(HubHost host, string? user = null, bool subscribe = false, bool binary = false)
    {
        var client = await HubSubscriber.StartAsync(new Uri($"{host.Url}?user={user}"), binary ? new MessagePackHubProtocol() : null);
        _clients.Add(client);
        if (subscribe)
            await client.SubscribeAsync("orders");
        return client;
    }

    private sealed class UserInQuery : IUserIdProvider
    {
        public string? GetUserId(HubConnectionContext connection) => connection.GetHttpContext()?.Request.Query["user"];
    }
}
