using System.Text;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>Streams of a careless or malicious client: mostly valid frames, and garbage.</summary>
internal static class InboundStreams
{
    public static byte[] Next(RandomText random)
    {
        if (random.OneIn(20))
            return random.Bytes(random.Next(200));
        var bytes = new List<byte>();
        var inMessage = false;
        for (var frames = random.Next(14); frames > 0; frames--)
            bytes.AddRange(Frame(random, ref inMessage));
        if (random.OneIn(3))
            bytes.AddRange(Masked(random, true, WsOpcode.Close, CloseOf(random)));
        return random.OneIn(4) ? [.. bytes[..random.Next(bytes.Count + 1)]]
            : random.OneIn(8) ? random.Mutate<byte>([.. bytes], () => random.Bytes(1)[0])
            : [.. bytes];
    }

    private static byte[] Frame(RandomText random, ref bool inMessage)
    {
        if (random.OneIn(40))
            return random.Bytes(random.Next(20));
        if (random.OneIn(3))
            return Masked(
                random, !random.OneIn(40), random.Of(WsOpcode.Ping, WsOpcode.Pong),
                random.Bytes(random.OneIn(40) ? random.Next(300) : random.Next(126)));
        if (random.OneIn(50) && !inMessage)
            return [
                .. Masked(random, false, WsOpcode.Text, []),
                .. Enumerable.Range(0, random.Next(80)).SelectMany(_ => Masked(random, false, WsOpcode.Continuation, [])),
                .. Masked(random, true, WsOpcode.Continuation, [])];
        var opcode = random.OneIn(50) ? random.Next(16)
            : inMessage ? WsOpcode.Continuation
            : random.OneIn(50) ? WsOpcode.Binary : WsOpcode.Text;
        inMessage = random.OneIn(3);
        return Masked(random, !inMessage, opcode, Payload(random));
    }

    private static byte[] Payload(RandomText random) => random.Next(40) switch
    {
        0 => random.Bytes(random.Next(50)),
        1 => random.Bytes(4000 + random.Next(200)),
        2 => [.. Encoding.ASCII.GetBytes(new string('x', 4090 + random.Next(12)))],
        3 => Encoding.ASCII.GetBytes(new string('x', random.Next(70_000))),
        < 8 => [.. Encoding.UTF8.GetBytes(random.Short()), .. random.Bytes(random.Next(3))],
        < 20 => [],
        _ => Encoding.UTF8.GetBytes(random.Short()),
    };

    private static byte[] CloseOf(RandomText random) => random.Next(6) switch
    {
        0 => [],
        1 => random.Bytes(random.Next(3)),
        2 => WsFrame.ClosePayload(random.Next(66_000) & 0xffff),
        3 => [.. WsFrame.ClosePayload(1000), .. random.Bytes(random.Next(10))],
        _ => WsFrame.ClosePayload(random.Of(1000, 1001, 1008, 1011, 3000, 4999), new string('x', random.Next(124))),
    };

    private static byte[] Masked(RandomText random, bool fin, int opcode, byte[] payload)
    {
        var frame = new WsFrame(fin, random.OneIn(60) ? random.Next(8) : 0, opcode, !random.OneIn(60), payload).ToBytes();
        if (random.OneIn(100) && payload.Length < 126)
            return [
                frame[0], (byte)(0x80 | 127), .. random.OneIn(2) ? random.Bytes(8) : [0, 0, 0, 0, 0, 0, 0, (byte)payload.Length],
                .. frame[2..]];
        return frame;
    }
}
