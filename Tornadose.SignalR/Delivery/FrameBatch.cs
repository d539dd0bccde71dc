namespace Tornadose.SignalR.Delivery;

/// <summary>The frames that a sink was given since its last flush: one, as a rule. Nothing is allocated for it, nor for those that come later in a list that is used again.</summary>
internal struct FrameBatch
{
    private List<Frame>? _more;

    public Frame? First { get; private set; }

    public readonly int Count => First is null ? 0 : 1 + (_more?.Count ?? 0);

    public readonly bool IsSingle => Count == 1;

    public readonly int Length
    {
        get
        {
            var length = 0;
            for (var i = 0; i < Count; i++)
                length += this[i].Bytes.Length;
            return length;
        }
    }

    public readonly Frame this[int index] => index == 0 ? First! : _more![index - 1];

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
        for (var i = 0; i < Count; i++)
        {
            this[i].Bytes.CopyTo(bytes);
            bytes = bytes[this[i].Bytes.Length..];
        }
    }

    public void Clear()
    {
        First = null;
        _more?.Clear();
    }
}
