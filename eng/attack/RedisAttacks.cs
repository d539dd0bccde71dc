using System.Text;
using System.Text.Json;
using StackExchange.Redis;

namespace Tornadose.Attack;

/// <summary>Attacks on stores in Redis, by clients, and by users of Redis that may only <c>PUBLISH</c> and <c>SUBSCRIBE</c>.</summary>
internal static class RedisAttacks
{
    public static async Task NamesAsync(Battle battle)
    {
        var statuses = new Statuses();
        await statuses.RunAsync(10_000, 16, number =>
            battle.Attacker.StatusAsync(HttpMethod.Get, $"/stores/devices/made-up-{number}", ("Accept", "application/json")));
        battle.Report.AtMost("stores that one client made", statuses[200], 10_000, "");
        battle.Report.Same("another client's new store", 200, await battle.Friend.PostAsync("devices/thermometer", "21"));
        var (server, database) = (battle.Redis.Connection.GetServers()[0], battle.Redis.Connection.GetDatabase());
        var lifetimes = await Task.WhenAll(
            server.Keys(pattern: "*made-up*", pageSize: 10_000).Select(key => database.KeyTimeToLiveAsync(key)));
        battle.Report.Same("keys that reading leaves for ever", 0, lifetimes.Count(static lifetime => lifetime is null));
        var longest = lifetimes.Select(static lifetime => lifetime?.TotalSeconds ?? 0).DefaultIfEmpty().Max();
        battle.Report.AtMost("seconds that one is kept", longest, 60, "");
    }

    public static async Task ForgeryAsync(Battle battle)
    {
        const string genuine = "genuine-0000";
        const string forged = "forgery-0000";
        var bus = battle.Redis.Connection.GetSubscriber();
        var channel = RedisChannel.Literal("{tornadose:orders}");
        var heard = await bus.SubscribeAsync(channel);
        await battle.Friend.PostAsync("orders", genuine);
        await battle.Friend.PostAsync("devices/first", genuine); // warms up the bus
        var payload = ((byte[])(await heard.ReadAsync()).Message!).ToArray();
        var at = payload.AsSpan().IndexOf(Encoding.ASCII.GetBytes(genuine));
        battle.Report.AtLeast("place of the text in an announcement", at, 0, "");
        Encoding.ASCII.GetBytes(forged).CopyTo(payload, at);

        var forgeries = 0;
        for (var tried = 0; tried < 8; tried++)
        {
            var stop = new CancellationTokenSource();
            var flood = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                    await bus.PublishAsync(channel, payload);
            });
            var (_, text) = await battle.Friend.GetAsync("/stores/orders?from=earliest", ("Accept", "application/json"));
            await stop.CancelAsync();
            await flood;
            forgeries += text.Contains(forged, StringComparison.Ordinal) ? 1 : 0;
        }

        battle.Report.Same("windows with other data under a real id", 0, forgeries);
    }

    public static async Task PublishAsync(Battle battle)
    {
        var (_, first) = await battle.Friend.PostForTextAsync("/stores/orders", new StringContent("first"));
        var id = JsonElement.Parse(first).GetProperty("id").GetString()!;
        await battle.Attacker.StallAsync(1, "/stores/orders", "text/event-stream"); // a reader follows the store
        await battle.Friend.PostAsync("orders", "second");
        await Task.Delay(500);
        var bus = battle.Redis.Connection.GetSubscriber();
        var channel = RedisChannel.Literal("{tornadose:orders}");
        for (var message = 0; message < 1200; message++)
            await bus.PublishAsync(channel, "bare");
        await Task.Delay(1000);
        var (status, text) = await battle.Friend.GetAsync($"/stores/orders?after={id}", ("Accept", "application/json"));
        battle.Report.Same(
            "a resume across 1,200 bare messages", (200, true), (status, text.Contains("second", StringComparison.Ordinal)));
        battle.Report.Same("it begins with a reset", false, text.Contains("\"reset\"", StringComparison.Ordinal));

        var reader = await battle.Friend.ConnectAsync();
        await reader.SendAsync("GET /stores/orders HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await Task.Delay(500);
        await bus.PublishAsync(channel, new byte[20 * 1024 * 1024]);
        await Task.Delay(1500);
        battle.Report.AtMost("bytes of a bare message of 20 MiB that reach a reader", reader.Available, 2 * 1024 * 1024, "");
    }
}
