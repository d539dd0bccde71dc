namespace BlazorDashboard.Metrics;

/// <summary>The fixed volumes of this machine.</summary>
internal static class Volumes
{
    private const int Most = 3;

    public static IReadOnlyList<Volume> Read() =>
        [.. DriveInfo.GetDrives().Select(TryRead).OfType<Volume>().DistinctBy(
            v => (v.Used, v.Free)).OrderByDescending(v => v.Used + v.Free).Take(Most)];

    private static Volume? TryRead(DriveInfo drive)
    {
        try
        {
            // The root always counts: in a container it is an overlay, which is not a fixed disk.
            var counts = drive.DriveType is DriveType.Fixed || drive.Name is "/";
            return counts && drive.IsReady && drive.TotalSize > 0 ? From(drive) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Volume From(DriveInfo drive)
    {
        // As df does: what is reserved for the administrator is neither used nor free.
        var used = drive.TotalSize - drive.TotalFreeSpace;
        var free = drive.AvailableFreeSpace;
        return new Volume(drive.Name, used, free, Rounded.Percent(100.0 * used / Math.Max(1, used + free)));
    }
}
