using System.Text.RegularExpressions;

namespace BlazorDashboard.Proc;

/// <summary>What a disk has done since boot, from <c>/proc/diskstats</c>: bytes read and written, milliseconds busy.</summary>
public sealed partial record ProcDiskStats(string Name, long Read, long Written, long BusyMilliseconds)
{
    // The file counts sectors of 512 bytes, whatever the disk's own sector size.
    private const int SectorBytes = 512;

    /// <summary>
    /// Reads the physical disks. Partitions, mapped devices and arrays lie on a disk that is in the list as well: counting both
    /// would count each byte twice.
    /// </summary>
    public static IReadOnlyList<ProcDiskStats> Parse(string text)
    {
        var disks = new List<ProcDiskStats>();
        foreach (var line in ProcFields.Lines(text))
        {
            var columns = ProcFields.Columns(line);
            if (columns.Length > 12 && WholeDisk.IsMatch(columns[2]))
            {
                disks.Add(new ProcDiskStats(
                    columns[2],
                    ProcFields.Number(columns, 5) * SectorBytes,
                    ProcFields.Number(columns, 9) * SectorBytes,
                    ProcFields.Number(columns, 12)));
            }
        }

        return disks;
    }

    [GeneratedRegex(@"^((sd|hd|vd|xvd)[a-z]+|nvme\d+n\d+|mmcblk\d+)$")]
    private static partial Regex WholeDisk { get; }
}
