namespace Tornadose.SignalR.Tool;

/// <summary>Writes the doctor's findings, one a line.</summary>
internal sealed class DoctorReport(TextWriter output)
{
    public bool FoundFault { get; private set; }

    public void Ok(string words) => Say($"ok     {words}");

    public void Note(string words) => Say($"note   {words}");

    /// <returns>False.</returns>
    public bool Fault(string words)
    {
        FoundFault = true;
        Say($"FAULT  {words}");
        return false;
    }

    public void Say(string line)
    {
        lock (output)
        {
            output.TryWriteLine(line);
        }
    }
}
