using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// Every size limit: one below, at the limit, and one above. Limits by the second or by the subscriber are in <see cref="LimitTests"/>;
/// those on what a WebSocket's peer sends are in <c>WebSocketEdge</c>.
/// </summary>
public sealed class LimitEdgeTests
{
    private const int MaxMessageBytes = 1000;

    public static TheoryData<string, int, string> Limits => new()
    {
        { "message", MaxMessageBytes, "413" },
        { "message in chunks", MaxMessageBytes, "413" },
        { "message over the hub", MaxMessageBytes, "[too-large] The message has 1001 bytes" },
        { "event type", 256, "400" },
        { "idempotency key", 256, "400" },
        { "nesting", 64, "400" },
        { "store name", 128, "404" },
        { "store name to publish to", 128, "404" },
        { "store name of a ticket", 128, "404" },
        { "store name over the hub", 128, "[not-found] There is no such store." },
        { "stores on a connection", 64, "400" },
        { "stores of a ticket", 64, "400" },
        { "stores of families", 3, "503" },
        { "ticket request", 16 * 1024, "413" },
    };

    [Theory, Case("SEC-11", "SEC-12", "PROC-07"), MemberData(nameof(Limits))]
    public async Task Size_OneLessTheLimitAndOneMore_IsTakenTakenAndRefused(string what, int limit, string refusal)
    {
        Assert.Equal("200", await TryAsync(what, limit - 1));
        Assert.Equal("200", await TryAsync(what, limit));
        Assert.StartsWith(refusal, await TryAsync(what, limit + 1), StringComparison.Ordinal);
    }

    private static async Task<string> TryAsync(string what, int size)
    {
        await using var host = await RolesApp.StartAsync(
            configure: options => options.MaxStores = what == "stores of families" ? 3 : 1000,
            add: stores => stores.AddQueueStore("many/{number}"),
            build: builder =>
                builder.Services.Configure<StoreOptions>("devices/{owner}", options => options.MaxMessageBytes = MaxMessageBytes));
        var answer = await TryAsync(host, what, size);
        if (answer != "200" && what != "stores of families")
            Assert.Equal(0, host.Get<IStoreProvider>().GetStore(RolesApp.Store).Position.Offset);
        return answer;
    }

    private static Task<string> TryAsync(TestHost host, string what, int size) => what switch
    {
        "message" => PostAsync(host, new string('x', size)),
        "message in chunks" => PostChunkedAsync(host, size),
        "message over the hub" => CallAsync(host, "Publish", RolesApp.Store, new string('x', size)),
        "event type" => PostAsync(host, "x", $"?event={new string('e', size)}"),
        "idempotency key" => PostAsync(host, "x", headers: ("Idempotency-Key", new string('k', size))),
        "nesting" => PostAsync(host, new string('[', size) + new string(']', size), type: "application/json"),
        "store name" =>
            StatusAsync(RawHttp.GetAsync(host.Url($"/stores/{Name(size)}"), ("X-User", "admin"), ("Accept", "application/json"))),
        "store name to publish to" => PostAsync(host, "x", store: Name(size)),
        "store name of a ticket" =>
            StatusAsync(host.AskAsync($$"""{"stores":["{{Name(size)}}"],"transport":"sse"}""", ("X-User", "admin"))),
        "store name over the hub" => CallAsync(host, "Subscribe", Name(size)),
        "stores on a connection" =>
            StatusAsync(RawHttp.GetAsync(host.Url($"/stores?{Names(size, "store=many/{0}", '&')}"), ("Accept", "application/x-ndjson"))),
        "stores of a ticket" =>
            StatusAsync(host.AskAsync($$"""{"stores":[{{Names(size, "\"many/{0}\"", ',')}}],"transport":"sse"}""", ("X-User", "ann"))),
        "stores of families" => OpenAsync(host, size),
        "ticket request" => StatusAsync(host.AskAsync("""{"stores":["plain"],"transport":"sse"}""".PadRight(size), ("X-User", "ann"))),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    private static string Names(int count, string format, char separator) =>
        string.Join(separator, Enumerable.Range(0, count).Select(number => format.Replace("{0}", $"{number}", StringComparison.Ordinal)));

    private static string Name(int length) => "devices/".PadRight(length, 'x');

    private static Task<string> PostAsync(
        TestHost host, string body, string query = "", string store = RolesApp.Store, string type = "text/plain",
        params (string, string)[] headers) =>
        StatusAsync(RawHttp.SendAsync(
            host.Url($"/stores/{store}{query}"), "POST", [("X-User", "admin"), ("Content-Type", type), .. headers],
            Encoding.UTF8.GetBytes(body)));

    private static async Task<string> StatusAsync(Task<RawHttp> asking)
    {
        await using var answer = await asking;
        return $"{answer.Status}";
    }

    private static async Task<string> PostChunkedAsync(TestHost host, int size)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Url($"/stores/{RolesApp.Store}")) { Content = new StringContent(
            new string('x', size)), Headers = { TransferEncodingChunked = true } };
        request.Headers.Add("X-User", "admin");
        using var answer = await client.SendAsync(request).WithTimeout();
        return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<string> CallAsync(TestHost host, string method, params object?[] arguments)
    {
        await using var hub = await HubClient.StartAsync(host.WebSocketUrl("/hub?user=admin"));
        try
        {
            await hub.InvokeCoreAsync<string>(method, arguments).WithTimeout();
            return "200";
        }
        catch (HubException refused)
        {
            return refused.Message.Split("HubException: ")[^1];
        }
    }

    /// <summary>Opens one stream after the other, each of a store that stays because it has a message; returns the last status.</summary>
    private static async Task<string> OpenAsync(TestHost host, int count)
    {
        var status = 200;
        for (var number = 1; number <= count && status == 200; number++)
        {
            await using var stream = await RawHttp.GetAsync(host.Url($"/stores/many/{number}"), ("Accept", "application/x-ndjson"));
            status = stream.Status;
            if (status == 200)
                await host.Get<IStoreProvider>().GetStore($"many/{number}").PublishAsync("x");
        }

        await host.UntilSubscribersAsync(0);
        return $"{status}";
    }
}
