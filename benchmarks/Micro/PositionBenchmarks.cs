using Tornadose.SignalR;
using BenchmarkDotNet.Attributes;
using Tornadose.SignalR.Messages;

namespace Tornadose.Benchmarks.Micro;

/// <summary>Ids: read with every resume, written with every message.</summary>
[MemoryDiagnoser]
public class PositionBenchmarks
{
    private readonly MessagePosition _position = new(0x9f2c4e6a81b3d5f7, 123_456, 0x1a2b3c4d);
    private readonly string _id = "9f2c4e6a81b3d5f7-123456-1a2b3c4d";
    private readonly string _garbage = "9f2c4e6a81b3d5f7-123456-1a2b3c4X";

    [Benchmark]
    public bool Parse() => MessagePosition.TryParse(_id, out _);

    [Benchmark]
    public bool ParseGarbage() => MessagePosition.TryParse(_garbage, out _);

    [Benchmark]
    public string Format() => _position.ToString();
}
