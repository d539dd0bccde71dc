using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Tornadose.Attack;

/// <summary>Attacks by clients that may read.</summary>
internal static class ReaderAttacks
{
    private const int Window = 1000;
    private const int MessageBytes = 16_000;

    public static async Task SnapshotsAsync(Battle battle)
    {
        await FillAsync(battle);
        await battle.GrowthAsync(300, async () =>
        {
            var readers = await battle.Attacker.StallAsync(300, "/stores/orders", "application/json");
            await SipAsync(readers, seconds: 6);
        });
    }

    public static async Task StalledAsync(Battle battle)
    {
        await FillAsync(battle);
        await battle.GrowthAsync(150, async () =>
        {
            await battle.Attacker.StallAsync(500, "/stores/orders?from=earliest", "text/event-stream");
            for (var message = 0; message < 200; message++)
                await battle.Friend.PostAsync("orders", new string('y', MessageBytes)); // the window moves past them
            await Task.Delay(3000);
        });
    }

    public static async Task ListBodiesAsync(Battle battle)
    {
        await battle.Friend.PostAsync("orders", new string('\u0001', 1024 * 1024 - 64));
        await battle.GrowthAsync(400, async () =>
        {
            await battle.Attacker.StallAsync(500, "/stores?store=orders&store=honest&from=earliest", "application/x-ndjson");
            await Task.Delay(4000);
        });
    }

    public static async Task ListIdsAsync(Battle battle)
    {
        const int readers = 200;
        const int messages = 250;
        var list = string.Join('&', Enumerable.Range(0, 64).Select(static name => $"store=devices/{name}"));
        var sockets = await battle.Attacker.StallAsync(readers, $"/stores?{list}", "text/event-stream");
        await Task.Delay(1500);
        var counts = sockets.Select(CountAsync).ToArray();
        var cpu = battle.Server.Cpu;
        var pace = Stopwatch.StartNew();
        for (var message = 0; message < messages; message++)
        {
            await battle.Friend.PostAsync($"devices/{message % 64}", "0123456789");
            if (pace.ElapsedMilliseconds < 20 * message)
                await Task.Delay(20);
        }

        await Task.Delay(1000);
        cpu = battle.Server.Cpu - cpu;
        foreach (var socket in sockets)
            socket.Shutdown(SocketShutdown.Both);
        var bytes = (await Task.WhenAll(counts)).Average() / messages;
        battle.Report.AtMost("bytes for each message and reader, headers included", bytes, 1100, "");
        battle.Report.AtMost("CPU of the server for each", cpu.TotalMicroseconds / readers / messages, 100, "µs");
    }

    public static async Task ResumesAsync(Battle battle)
    {
        await FillAsync(battle);
        var statuses = new Statuses();
        await battle.GrowthAsync(150, () => statuses.RunAsync(5000, 16, async number =>
        {
            var id = $"{Random.Shared.NextInt64():x16}-{number}-{Random.Shared.Next():x8}";
            return await battle.Attacker.StatusAsync(HttpMethod.Get, $"/stores/orders?after={id}", ("Accept", "text/event-stream"));
        }));
        battle.Report.Same("answers to ids that were made up", "200: 5000", statuses.ToString());
    }

    public static async Task PingsAsync(Battle battle)
    {
        var socket = await battle.Attacker.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            "GET /stores/orders HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        byte[] ping = [0x89, 0x80, 0, 0, 0, 0];
        var pings = Enumerable.Repeat(ping, 1000).SelectMany(static bytes => bytes).ToArray();
        var sent = 0L;
        var until = Stopwatch.StartNew();
        try
        {
            while (until.Elapsed < TimeSpan.FromSeconds(5))
                sent += await socket.SendAsync(pings).WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException)
        {
            // refused, or not read
        }

        battle.Report.AtMost("pings that a connection could send, into all buffers", sent / (double)ping.Length, 2_000_000, "");
    }

    public static async Task FillAsync(Battle battle)
    {
        var text = new string('x', MessageBytes);
        for (var message = 0; message < Window; message++)
            await battle.Friend.PostAsync("orders", text);
    }

    /// <summary>Reads 1 KB a second from each.</summary>
    private static async Task SipAsync(List<Socket> readers, int seconds)
    {
        var buffer = new byte[1024];
        for (var second = 0; second < seconds; second++)
        {
            foreach (var reader in readers)
                if (reader.Available > 0)
                    await reader.ReceiveAsync(buffer);
            await Task.Delay(1000);
        }
    }

    private static async Task<long> CountAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        var bytes = 0L;
        while (await socket.ReceiveAsync(buffer) is > 0 and var read)
            bytes += read;
        return bytes;
    }
}
