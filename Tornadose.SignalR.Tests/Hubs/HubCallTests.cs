using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The hub's methods by name and number of arguments.</summary>
public sealed class HubCallTests
{
    [Theory]
    [InlineData("Subscribe", false)]
    [InlineData("Subscribe", true)]
    [InlineData("subscribe", false)]
    [InlineData("SUBSCRIBE", true)]
    public async Task Subscribe_Called_ReturnsTheCurrentIdThenSendsWhatFollows(string method, bool binary)
    {
        await using var host = await HubHost.StartAsync();
        var id = (await host.PublishAsync("before")).ToString();
        await using var client = await host.ConnectAsync(binary);
        Assert.Equal(id, await client.Connection.InvokeAsync<string>(method, "orders").WithTimeout());
        await host.PublishAsync("after");
        Assert.Equal("after", (await client.NextAsync()).Data);
    }

    [Theory]
    [InlineData("Watch", false)]
    [InlineData("Watch", true)]
    [InlineData("watch", false)]
    public async Task Watch_DataStore_BeginsWithItsValue(string method, bool binary)
    {
        await using var host = await HubHost.StartAsync();
        await host.Store("weather").PublishAsync("sun");
        await using var client = await host.ConnectAsync(binary);
        await foreach (var item in client.Connection.StreamAsync<object>(method, "weather"))
        {
            Assert.Equal("sun", HubEvent.Of("Message", "weather", item).Data);
            break;
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task ResumeAndWatchAfter_WithoutAnId_AreANewSubscription(string? after)
    {
        await using var host = await HubHost.StartAsync();
        var id = (await host.Store("weather").PublishAsync("sun")).ToString();
        await using var client = await host.ConnectAsync();
        Assert.NotEmpty(await client.Connection.InvokeAsync<string>("Resume", "weather", after).WithTimeout());
        Assert.Equal(id, (await client.NextAsync()).Id);
        await using var stream = client.Connection.StreamAsync<object>("WatchAfter", "weather", after).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync().WithTimeout());
        Assert.Equal(id, HubEvent.Of("Message", "weather", stream.Current).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PublishWith_EventTypeAndKey_AreTheMessagesAndARetryStoresNothing(bool binary)
    {
        await using var host = await StartWithPublishingAsync();
        await using var client = await host.SubscribeAsync(binary: binary);
        var first = await client.Connection.InvokeAsync<string>("PublishWith", "orders", "text", "created", "key 1").WithTimeout();
        Assert.Equal(
            first, await client.Connection.InvokeAsync<string>("PublishWith", "orders", "text", "created", "key 1").WithTimeout());
        var second = await client.Connection.InvokeAsync<string>("PublishWith", "orders", "text", null, "").WithTimeout();
        Assert.Equal(
            [(first, "created"), (second, null)], (await client.TakeAsync(2)).Select(message => (message.Id!, message.EventType)));
        Assert.Equal(2, host.Orders.Position.Offset);
    }

    [Theory]
    [InlineData("tornadose.x", null)]
    [InlineData(null, 257)]
    public async Task PublishWith_WhatNoMessageMayHave_IsInvalid(string? eventType, int? keyLength)
    {
        await using var host = await StartWithPublishingAsync();
        await using var client = await host.ConnectAsync();
        var key = keyLength is { } length ? new string('k', length) : null;
        var refusal = await Assert.ThrowsAsync<HubException>(
            () => client.Connection.InvokeAsync<string>("PublishWith", "orders", "x", eventType, key).WithTimeout());
        Assert.Contains("HubException: [invalid] ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WrongCalls))]
    public async Task Call_DoesNotBind_FailsAndKeepsTheConnection(string method, object?[] arguments, bool binary)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync(binary);
        var failure = method.StartsWith("Watch", StringComparison.Ordinal)
            ? await Assert.ThrowsAsync<HubException>(() =>
                client.Connection.StreamAsyncCore<object>(method, arguments).ToListAsync().WithTimeout())
            : await Assert.ThrowsAsync<HubException>(() =>
                client.Connection.InvokeCoreAsync(method, typeof(string), arguments).WithTimeout());
        Assert.Contains("due to an error on the server", failure.Message);
        Assert.Equal(0, host.Registry.Count);
        await client.SubscribeAsync("orders");
    }

    [Theory]
    [InlineData("Subscribe", 0, 1)]
    [InlineData("Subscribe", 2, 1)]
    [InlineData("Resume", 1, 2)]
    [InlineData("Unsubscribe", 0, 1)]
    public async Task Call_WrongNumberOfArgumentsAndDetailedErrors_NamesTheNumber(string method, int count, int expected)
    {
        await using var host = await HubHost.StartAsync(
            builder => builder.Services.AddSignalR(options => options.EnableDetailedErrors = true));
        await using var client = await host.ConnectAsync();
        var failure = await Assert.ThrowsAsync<HubException>(
            () => client.Connection.InvokeCoreAsync(method, typeof(string), [.. Enumerable.Repeat("orders", count)]).WithTimeout());
        Assert.Contains($"provides {count} argument(s) but target expects {expected}", failure.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_WithoutAnswer_SubscribesAndTheNextCallIsRead(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        IHubProtocol protocol = binary ? new MessagePackHubProtocol() : new JsonHubProtocol();
        await using var client = await MemoryHubConnection.ConnectAsync(host, protocol);
        await client.SendAsync(new InvocationMessage("Subscribe", ["orders"]));
        Assert.Null((await client.InvokeAsync("Unsubscribe", "weather")).Error);
        Assert.Equal(1, host.Registry.Count);
    }

    public static TheoryData<string, object?[], bool> WrongCalls()
    {
        var calls = new TheoryData<string, object?[], bool>();
        foreach (var binary in new[] { false, true })
        {
            calls.Add("Subscribe", [], binary);
            calls.Add("Subscribe", ["orders", null], binary);
            calls.Add("Subscribe", [5], binary);
            calls.Add("Resume", ["orders"], binary);
            calls.Add("Resume", ["orders", 5], binary);
            calls.Add("Watch", [], binary);
            calls.Add("Watch", ["orders", null], binary);
            calls.Add("WatchAfter", ["orders"], binary);
            calls.Add("Unsubscribe", [], binary);
            calls.Add("Nonsense", ["orders"], binary);
        }

        return calls;
    }

    internal static Task<HubHost> StartWithPublishingAsync(
        Action<ISignalRServerBuilder>? signalR = null, Action<StoreOptions>? orders = null) => HubHost.StartAsync(
        builder =>
        {
            builder.Services.AddAuthorizationBuilder().AddPolicy("anybody", policy => policy.RequireAssertion(_ => true));
            signalR?.Invoke(builder.Services.AddSignalR());
        },
        orders: options =>
        {
            options.PublishPolicy = "anybody";
            orders?.Invoke(options);
        });
}
