using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>One authoriser, every entrance: the same decision wherever a user tries to read or to publish.</summary>
public sealed class EntranceTests
{
    private static readonly string[] Http = ["sse", "ndjson", "json", "head", "websocket", "list", "publish"];
    private static readonly string[] Hub = ["Subscribe", "Watch", "Publish"];

    public static TheoryData<string, string?> Table()
    {
        var table = new TheoryData<string, string?>();
        foreach (var entrance in Http.Concat(Hub))
            foreach (var user in new[] { null, "bob", "ann", "admin" })
                table.Add(entrance, user);
        return table;
    }

    [Theory, Case("SEC-02", "SR-13", "HTTP-31"), MemberData(nameof(Table))]
    public async Task Entrance_User_IsDecidedByTheStoresPolicy(string entrance, string? user)
    {
        await using var host = await RolesApp.StartAsync();
        var expected = user switch { null => 401, "bob" => 403, _ => 200 };
        Assert.Equal(expected, await TryAsync(host, entrance, RolesApp.Store, user));
        if (expected != 200)
            Assert.Equal(0, host.Get<SubscriberRegistry>().Count);
        if (expected != 200 && string.Equals(entrance, "publish", StringComparison.OrdinalIgnoreCase))
            Assert.Equal(0L, host.Get<IDataStoreProvider>().GetStore(RolesApp.Store).Position.Offset);
    }

    [Theory, Case("SEC-05"), MemberData(nameof(Table))]
    public async Task Entrance_ForbiddenAndHidden_LooksLikeUnknown(string entrance, string? user)
    {
        await using var host = await RolesApp.StartAsync(hideForbidden: true);
        var expected = user is null or "bob" ? 404 : 200;
        Assert.Equal(expected, await TryAsync(host, entrance, RolesApp.Store, user));
        Assert.Equal(404, await TryAsync(host, entrance, "unknown", user));
    }

    [Fact, Case("SEC-01")]
    public async Task HubPublish_StoreWithoutPublishPolicy_IsNobodys()
    {
        await using var host = await RolesApp.StartAsync();
        Assert.Equal(403, await TryAsync(host, "Publish", "plain", "admin"));
        Assert.Equal(200, await TryAsync(host, "Subscribe", "plain", null));
    }

    [Fact, Case("SEC-03")]
    public async Task Resume_RightsWereTakenAway_GivesNothingOld()
    {
        await using var host = await RolesApp.StartAsync();
        var id = await host.Get<IDataStoreProvider>().GetStore(RolesApp.Store).PublishAsync("private");
        await using var refused = await RawHttp.GetAsync(host.Url($"/stores/{RolesApp.Store}?from=earliest&user=bob"), ("Last-Event-ID", id.ToString()));
        Assert.Equal(403, refused.Status);
        Assert.DoesNotContain("private", await refused.ReadTextAsync());
    }

    private static Task<int> TryAsync(TestHost host, string entrance, string store, string? user) =>
        Hub.Contains(entrance) ? TryHubAsync(host, entrance, store, user) : TryHttpAsync(host, entrance, store, user);

    private static async Task<int> TryHttpAsync(TestHost host, string entrance, string store, string? user)
    {
        var who = user is null ? "" : $"user={user}";
        var url = host.Url(entrance == "list" ? $"/stores?store={store}&{who}" : $"/stores/{store}?{who}");
        await using var answer = entrance switch
        {
            "head" => await RawHttp.SendAsync(url, "HEAD"),
            "publish" => await RawHttp.SendAsync(url, "POST", [("Content-Type", "text/plain"), ("Content-Length", "0")]),
            "websocket" => await RawHttp.GetAsync(url, [.. RawWs.HandshakeHeaders]),
            _ => await RawHttp.GetAsync(url, ("Accept", entrance switch { "ndjson" => "application/x-ndjson", "json" => "application/json", _ => "text/event-stream" })),
        };
        return answer.Status == 101 ? 200 : answer.Status;
    }

    private static async Task<int> TryHubAsync(TestHost host, string method, string store, string? user)
    {
        await using var connection = await HubClient.StartAsync(host.WebSocketUrl(user is null ? "/hub" : $"/hub?user={user}"));
        try
        {
            if (method == "Watch")
                await WatchAsync(host, connection, store);
            else if (method == "Publish")
                await connection.InvokeAsync<string>(method, store, "text").WithTimeout();
            else
                await connection.InvokeAsync<string>(method, store, null).WithTimeout();
            return 200;
        }
        catch (HubException refused)
        {
            Assert.DoesNotContain("Exception:", refused.Message.Replace("HubException:", "", StringComparison.Ordinal), StringComparison.Ordinal);
            return refused.Message.Contains("no such store", StringComparison.Ordinal) ? 404 : user is null ? 401 : 403;
        }
    }

    /// <summary>A stream shows whether it was refused when it is read: it gives a message, or an error.</summary>
    private static async Task WatchAsync(TestHost host, HubConnection connection, string store)
    {
        var after = host.Get<IDataStoreProvider>().TryGetStore(store, out var found) ? found.Position.ToString() : null;
        var stream = await connection.StreamAsChannelAsync<object>("Watch", store, after).WithTimeout();
        if (found is not null)
            await found.PublishAsync("for the stream");
        Assert.True(await stream.WaitToReadAsync().AsTask().WithTimeout());
    }
}
