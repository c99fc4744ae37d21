package com.example.tally;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import org.junit.Test;

public class TallyTest {
    private static final String CSV = "city,year\nOslo,2023\n\"Bergen, N\",2023\nOslo,2024\n";

    @Test
    public void valuesAreCountedByColumn() throws IOException {
        assertEquals(Map.of("Oslo", 2, "Bergen, N", 1), Tally.count(new StringReader(CSV), "city"));
    }

    @Test
    public void aColumnThatIsNotThereIsAnError() {
        var csv = new StringReader(CSV);
        assertThrows(IllegalArgumentException.class, () -> Tally.count(csv, "country"));
    }
}
