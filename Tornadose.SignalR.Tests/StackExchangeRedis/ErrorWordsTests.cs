using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>While Redis is unavailable, clients learn only that there is a failure.</summary>
public sealed class ErrorWordsTests
{
    private static readonly string[] Secrets = [
        "redis", "127.0.0.1", "s3cret", "prefix-of-keys", "exception", "   at ", " at Tornadose", ".cs:", "timeout", "{"];

    [Fact, Case("SEC-16")]
    public async Task Errors_RedisAway_HaveNoDetailsOfTheServer()
    {
        var port = RedisProcess.FreePort();
        var away = $"127.0.0.1:{port},password=s3cret,connectTimeout=500";
        await using var host = await RolesApp.StartAsync(add: stores => stores.AddStackExchangeRedis(away, options =>
        {
            TestBackplane.Quick(options);
            options.KeyPrefix = "prefix-of-keys";
            options.CommandTimeout = TimeSpan.FromMilliseconds(300);
        }));
        var said = new List<string>();
        await using (var publish = await RawHttp.SendAsync(
            host.Url($"/stores/{RolesApp.Store}"), "POST", [("Content-Type", "text/plain"), ("X-User", "ann")], "x"u8.ToArray()))
            said.Add($"{publish.Status} {await publish.ReadTextAsync()}");
        var ticket = await host.GetTicketAsync(transport: "websocket");
        await using (
            var socket = await RawHttp.GetAsync(host.Url($"/stores/{RolesApp.Store}?ticket={ticket}"), [.. RawWs.HandshakeHeaders]))
            said.Add($"{socket.Status} {await socket.ReadTextAsync()}");
        await using (var hub = await HubClient.StartAsync(host.WebSocketUrl("/hub?user=ann")))
            said.Add((await Assert.ThrowsAsync<HubException>(
                () => hub.InvokeAsync<string>("Publish", RolesApp.Store, "x").WithTimeout())).Message.Split("HubException: ")[^1]);
        Assert.Equal(["503", "503"], said.Take(2).Select(text => text[..3]));
        foreach (var text in said)
            Assert.DoesNotContain(Secrets, secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
        // the application gets the exception
        await Assert.ThrowsAnyAsync<StoreException>(() => host.Get<IStoreProvider>().GetStore("plain").PublishAsync("x").AsTask());
    }
}
