namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// What came over the bus while the log was being read, numbered as it came. Bounded: Redis delivers without being asked, and what is dropped here is read from the log (a message
/// without a position is lost then, which "at most once" allows). Not safe for concurrent use.
/// </summary>
/// <param name="maxFrames">How many to keep.</param>
/// <param name="maxBytes">How many bytes of messages to keep.</param>
internal sealed class WaitingFrames(int maxFrames, long maxBytes)
{
    private readonly Queue<BusFrame> _frames = new();
    private readonly Dictionary<long, BusFrame> _byOffset = [];
    private long _bytes;

    /// <summary>The number of the last frame that ever came.</summary>
    public long LastNumber { get; private set; }

    public bool IsEmpty => _frames.Count == 0;

    /// <summary>The offset of the first frame that has one; the largest number when there is none.</summary>
    public long FirstOffset
    {
        get
        {
            foreach (var frame in _frames)
                if (frame.Position is { } position)
                    return position.Offset;
            return long.MaxValue;
        }
    }

    public void Add(BusFrame frame)
    {
        LastNumber++;
        _frames.Enqueue(frame);
        if (frame.Position is { } position)
            _byOffset[position.Offset] = frame;
        _bytes += frame.Content.Size;
        while (_frames.Count > maxFrames || (_bytes > maxBytes && _frames.Count > 1))
            Remove();
    }

    public bool TryPeek(out long number, out BusFrame frame)
    {
        number = LastNumber - _frames.Count + 1;
        return _frames.TryPeek(out frame);
    }

    /// <summary>The frame of an offset, wherever it waits; of several the last that came.</summary>
    public bool TryFind(long offset, out BusFrame frame) => _byOffset.TryGetValue(offset, out frame);

    public void Remove()
    {
        var frame = _frames.Dequeue();
        _bytes -= frame.Content.Size;
        if (frame.Position is { } position)
            _byOffset.Remove(position.Offset);
    }
}
