using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>An application that scales SignalR out with a manager of its own, registered for every hub.</summary>
[Case("SR-09")]
public sealed class ScaleOutTests
{
    private readonly HubBus _bus = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenGenericManager_RegisteredBeforeOrAfter_IsWrapped(bool after)
    {
        await using var host = await StartAsync(after);
        Assert.IsType<StoreHubLifetimeManager<StoreHub>>(host.Manager);
        await using var client = await host.SubscribeAsync();
        await host.Context.Clients.Group("orders").SendAsync("Message", "orders", new { data = "over the bus" });
        Assert.Equal("over the bus", (await client.NextAsync()).Data);
        Assert.Equal(1, Managers().Single().GroupSends);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StoreMessages_TwoServersOneBus_ArriveOnceAndNotOverTheBus(bool after)
    {
        await using var one = await StartAsync(after);
        await using var two = await StartAsync(after);
        await using var first = await one.SubscribeAsync();
        await using var second = await two.SubscribeAsync();
        var ids = await one.PublishAsync(1, 20);
        var others = await two.PublishAsync(1, 20);
        Assert.Equal(ids, (await first.TakeAsync(20)).Select(message => message.Id));
        Assert.Equal(others, (await second.TakeAsync(20)).Select(message => message.Id));
        Assert.All(Managers(), manager => Assert.Equal(0, manager.GroupSends));
        await two.Context.Clients.Group("orders").SendAsync("Message", "orders", new { data = "to both" });
        Assert.Equal("to both", (await first.NextAsync()).Data);
        Assert.Equal("to both", (await second.NextAsync()).Data);
    }

    [Fact]
    public async Task ClosedManager_RegisteredByTheApplication_IsWrapped()
    {
        await using var host = await HubHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(_bus);
            builder.Services.AddSingleton<HubLifetimeManager<StoreHub>, BusHubLifetimeManager<StoreHub>>();
        });
        await using var client = await host.SubscribeAsync();
        await host.PublishAsync("1");
        Assert.Equal("1", (await client.NextAsync()).Data);
        await host.Context.Clients.Group("orders").SendAsync("Message", "orders", new { data = "over the bus" });
        Assert.Equal("over the bus", (await client.NextAsync()).Data);
        Assert.Equal(1, Managers().Single().GroupSends);
    }

    [Fact]
    public async Task ClosedManager_RegisteredAfterOurs_IsRefusedWithTheReason()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => HubHost.StartAsync(
            builder =>
                builder.Services.AddSingleton(_bus), stores =>
                    stores.Services.AddSingleton<HubLifetimeManager<StoreHub>, BusHubLifetimeManager<StoreHub>>()));
        Assert.Contains("move its registration before AddTornadose()", failure.Message);
    }

    [Fact]
    public async Task OtherHubs_OfTheApplication_KeepTheirManager()
    {
        await using var host = await StartAsync(after: false);
        Assert.IsType<BusHubLifetimeManager<ExampleApp.EchoHub>>(host.Host.Get<HubLifetimeManager<ExampleApp.EchoHub>>());
    }

    [Fact]
    public void Container_ClosedAndOpenRegistration_PrefersTheClosedOneInAnyOrder()
    {
        foreach (var openFirst in new[] { true, false })
        {
            var services = new ServiceCollection();
            services.AddLogging().AddSingleton(_bus);
            if (openFirst)
                services.AddSingleton(typeof(HubLifetimeManager<>), typeof(DefaultHubLifetimeManager<>));
            services.AddSingleton<HubLifetimeManager<StoreHub>, BusHubLifetimeManager<StoreHub>>();
            if (!openFirst)
                services.AddSingleton(typeof(HubLifetimeManager<>), typeof(DefaultHubLifetimeManager<>));
            using var provider = services.BuildServiceProvider();
            Assert.IsType<BusHubLifetimeManager<StoreHub>>(provider.GetRequiredService<HubLifetimeManager<StoreHub>>());
        }
    }

    [Fact]
    public async Task GroupCommand_Fails_LeavesNoSubscription()
    {
        await using var host = await StartAsync(after: true);
        await using var client = await host.ConnectAsync();
        Managers().Single().FailsGroupCommands = true;
        await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync("orders"));
        Assert.Equal(0, host.Registry.Count);
        Managers().Single().FailsGroupCommands = false;
        await client.SubscribeAsync("orders");
        Assert.Equal(1, host.Registry.Count);
    }

    [Fact]
    public async Task WrappedManager_HostStops_IsDisposedOnce()
    {
        var host = await StartAsync(after: true);
        await host.DisposeAsync();
        Assert.Equal(1, Managers().Single().Disposals);
    }

    private BusHubLifetimeManager<StoreHub>[] Managers() => [.. _bus.Managers.OfType<BusHubLifetimeManager<StoreHub>>()];

    private Task<HubHost> StartAsync(bool after) => HubHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton(_bus);
            if (!after)
                builder.Services.AddSingleton(typeof(HubLifetimeManager<>), typeof(BusHubLifetimeManager<>));
        },
        stores =>
        {
            if (after)
                stores.Services.AddSingleton(typeof(HubLifetimeManager<>), typeof(BusHubLifetimeManager<>));
        });
}
