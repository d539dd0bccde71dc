using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;

namespace Tornadose.Attack;

/// <summary>Attacks by clients over the hub.</summary>
internal static class HubAttacks
{
    public static async Task RefusalsAsync(Battle battle)
    {
        var before = battle.Server.Logged;
        var hub = await battle.Attacker.HubAsync();
        var reading = ReadAsync(hub, static _ => { });
        var until = Stopwatch.StartNew();
        var calls = 0;
        try
        {
            for (; until.Elapsed < TimeSpan.FromSeconds(5); calls++)
                await Machine.SayAsync(hub, $$"""{"type":1,"invocationId":"{{calls}}","target":"Subscribe","arguments":["none"]}""");
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or ObjectDisposedException)
        {
            // the server has ended the connection
        }

        await reading;
        battle.Report.AtMost("characters in the log", battle.Server.Logged - before, 20_000, "");
        battle.Report.Same("connection still open", false, hub.State == WebSocketState.Open);
        battle.Report.AtMost("calls until then", calls, 100_000, "");
    }

    public static async Task StreamsAsync(Battle battle)
    {
        var hub = await battle.Attacker.HubAsync();
        var ended = 0;
        _ = ReadAsync(hub, text => Interlocked.Add(ref ended, Count(text, "\"error\"")));
        for (var stream = 0; stream < 2000; stream++)
        {
            await Machine.SayAsync(hub, $$"""{"type":4,"invocationId":"{{stream}}","target":"Watch","arguments":["orders"]}""");
            if (stream % 20 == 0)
                await Task.Delay(20); // most calls are within the rate limit
        }

        await Task.Delay(1000);
        battle.Report.AtMost("streams that one connection got", 2000 - ended, 256, "");
    }

    public static Task FramesAsync(Battle battle) =>
        StallAsync(battle, """{"type":1,"invocationId":"1","target":"Subscribe","arguments":["orders"]}""");

    public static Task ItemsAsync(Battle battle) =>
        StallAsync(battle, """{"type":4,"invocationId":"1","target":"Watch","arguments":["orders"]}""");

    private static async Task StallAsync(Battle battle, string call)
    {
        for (var reader = 0; reader < 300; reader++)
            await Machine.SayAsync(await battle.Attacker.HubAsync(smallWindow: true), call);
        var friend = await battle.Friend.HubAsync();
        await Machine.SayAsync(friend, call);
        var got = new TaskCompletionSource();
        _ = ReadAsync(friend, text =>
        {
            if (text.Contains("done", StringComparison.Ordinal))
                got.TrySetResult();
        });
        await Task.Delay(1500);
        await battle.GrowthAsync(500, async () =>
        {
            await battle.Friend.PostAsync("orders", new string('\u0001', 1024 * 1024 - 64));
            await battle.Friend.PostAsync("orders", "done");
            await Task.Delay(8000);
        });
        battle.Report.Same("a client that reads got it", true, got.Task.IsCompleted);
    }

    private static async Task ReadAsync(ClientWebSocket socket, Action<string> read)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), default) is { MessageType: not WebSocketMessageType.Close } result)
                read(Encoding.UTF8.GetString(buffer, 0, result.Count));
        }
        catch (Exception failure) when (
            failure is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // the end of the connection
        }
    }

    private static int Count(string text, string word) =>
        (text.Length - text.Replace(word, "", StringComparison.Ordinal).Length) / word.Length;
}
