namespace Tornadose.SignalR.Delivery;

/// <summary>The frames that a sink was given since its last flush: one, as a rule, for which nothing is allocated or copied.</summary>
internal struct FrameBatch
{
    private List<Frame>? _more;

    public Frame? First { get; private set; }

    public readonly bool IsSingle => First is not null && _more is not { Count: > 0 };

    public readonly int Length
    {
        get
        {
            var length = First?.Bytes.Length ?? 0;
            foreach (var frame in More)
                length += frame.Bytes.Length;
            return length;
        }
    }

    public readonly IReadOnlyList<Frame> More => _more ?? (IReadOnlyList<Frame>)[];

    public void Add(Frame frame)
    {
        if (First is null)
            First = frame;
        else
            (_more ??= []).Add(frame);
    }

    /// <summary>Writes the frames one after the other.</summary>
    /// <param name="bytes">At least <see cref="Length"/> bytes.</param>
    public readonly void CopyTo(Memory<byte> bytes)
    {
        if (First is null)
            return;
        First.Bytes.CopyTo(bytes);
        var used = First.Bytes.Length;
        foreach (var frame in More)
        {
            frame.Bytes.CopyTo(bytes[used..]);
            used += frame.Bytes.Length;
        }
    }

    public void Clear()
    {
        First = null;
        _more?.Clear();
    }
}
