using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary><c>invoke("Subscribe", "orders")</c>: the last argument may be missing.</summary>
public sealed class OptionalArgumentsTests
{
    [Theory]
    [InlineData("Subscribe", false)]
    [InlineData("Subscribe", true)]
    [InlineData("subscribe", false)]
    [InlineData("SUBSCRIBE", true)]
    public async Task Subscribe_OneArgument_Subscribes(string method, bool binary)
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
    public async Task Watch_OneArgument_Streams(string method, bool binary)
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
    [MemberData(nameof(WrongCalls))]
    public async Task Call_DoesNotBind_FailsAndKeepsTheConnection(string method, object?[] arguments, bool binary)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync(binary);
        var failure = method == "Watch"
            ? await Assert.ThrowsAsync<HubException>(() => client.Connection.StreamAsyncCore<object>(method, arguments).ToListAsync().WithTimeout())
            : await Assert.ThrowsAsync<HubException>(() => client.Connection.InvokeCoreAsync(method, typeof(string), arguments).WithTimeout());
        Assert.Contains("due to an error on the server", failure.Message);
        Assert.Equal(0, host.Registry.Count);
        await client.SubscribeAsync("orders");
    }

    [Theory]
    [InlineData("Subscribe", 0)]
    [InlineData("Subscribe", 3)]
    [InlineData("Unsubscribe", 0)]
    public async Task Call_WrongNumberOfArgumentsAndDetailedErrors_NamesTheNumber(string method, int count)
    {
        await using var host = await HubHost.StartAsync(builder => builder.Services.AddSignalR(options => options.EnableDetailedErrors = true));
        await using var client = await host.ConnectAsync();
        var failure = await Assert.ThrowsAsync<HubException>(() => client.Connection.InvokeCoreAsync(method, typeof(string), [.. Enumerable.Repeat("orders", count)]).WithTimeout());
        Assert.Contains($"provides {count} argument(s) but target expects {(method == "Subscribe" ? 2 : 1)}", failure.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_OneArgumentWithoutAnswer_SubscribesAndTheNextCallIsRead(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        IHubProtocol protocol = binary ? new MessagePackHubProtocol() : new JsonHubProtocol();
        await using var client = await MemoryHubConnection.ConnectAsync(host, protocol);
        await client.SendAsync(new InvocationMessage("Subscribe", ["orders"]));
        Assert.Null((await client.InvokeAsync("Unsubscribe", "weather")).Error);
        Assert.Equal(1, host.Registry.Count);
    }

    [Fact, Case("SR-13")]
    public async Task Message_OfUnknownType_DoesNotHoldUpTheNext()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        await client.SendTextAsync("""{"type":99}~{"type":0}~{"type":1,"invocationId":"next","target":"Subscribe","arguments":["orders"]}~""".Replace('~', '\u001e'));
        await Eventually.TrueAsync(() => client.Writes.SelectMany(write => write).OfType<CompletionMessage>().Any(answer => answer.InvocationId == "next"));
    }

    public static TheoryData<string, object?[], bool> WrongCalls()
    {
        var calls = new TheoryData<string, object?[], bool>();
        foreach (var binary in new[] { false, true })
        {
            calls.Add("Subscribe", [], binary);
            calls.Add("Subscribe", ["orders", null, null], binary);
            calls.Add("Subscribe", [5], binary);
            calls.Add("Subscribe", ["orders", 5], binary);
            calls.Add("Watch", [], binary);
            calls.Add("Watch", ["orders", null, null], binary);
            calls.Add("Unsubscribe", [], binary);
            calls.Add("Nonsense", ["orders"], binary);
        }

        return calls;
    }
}
